// SPDX-License-Identifier: MIT
#include <hdf5.h>

#include <vscg/data/types.hpp>

int main() { return H5open() < 0 ? 1 : 0; }
