// SPDX-License-Identifier: MIT
#include <vscg/io/dtype.hpp>

int main() {}
