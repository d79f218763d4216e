// SPDX-License-Identifier: MIT

// Every header of ours ends with this one: see <vscg/core/begin.hpp>.
#pragma pop_macro("min")
#pragma pop_macro("max")
#pragma pop_macro("near")
#pragma pop_macro("far")
#pragma pop_macro("small")
#pragma pop_macro("interface")
#pragma pop_macro("ERROR")
