// SPDX-License-Identifier: MIT

// Every header of ours begins with this one and ends with <vscg/core/end.hpp>. In between, min, max and the like are
// not macros, whatever was included before: neither our code nor the standard library's would compile. Afterwards the
// includer has its macros back. Both files are read afresh each time.
#include <vscg/core/config.hpp>

#pragma push_macro("min")
#pragma push_macro("max")
#pragma push_macro("near")
#pragma push_macro("far")
#pragma push_macro("small")
#pragma push_macro("interface")
#pragma push_macro("ERROR")
#undef min
#undef max
#undef near
#undef far
#undef small
#undef interface
#undef ERROR
