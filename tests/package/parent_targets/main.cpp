// SPDX-License-Identifier: MIT
#include <vscg/core/config.hpp>

#ifndef PARENTS_JSON
#error "expected the parent's own nlohmann_json, found another one"
#endif

int main() {}
