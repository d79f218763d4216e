// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

// Files that are part of the program, so that an installed one needs no folder of data. CMake puts their texts into
// embedded.cpp, from embedded.cpp.in.

namespace pages {

extern const std::string_view chart_library;  ///< chart.min.js
extern const std::string_view page_style;     ///< page.css
extern const std::string_view page_script;    ///< page.js

}  // namespace pages
