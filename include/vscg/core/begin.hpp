// SPDX-License-Identifier: MIT

// What every header of ours begins with; <vscg/core/end.hpp> is what it ends with. In between, min and max and the like
// are no macros, whatever was included before: neither our code nor the standard library's would compile. The includer
// has its macros back afterwards. Both files are read anew each time.
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
