# SPDX-License-Identifier: MIT
# Every header begins with <vscg/core/begin.hpp> and ends with <vscg/core/end.hpp>, between which min and max are no macros.
include(${CMAKE_CURRENT_LIST_DIR}/files.cmake)

project_files("^include/vscg/.*\\.hpp$" headers)
list(FILTER headers EXCLUDE REGEX "^include/vscg/core/(begin|config|end)\\.hpp$")
set(faults "")
foreach(header IN LISTS headers)
  file(STRINGS ${ROOT}/${header} includes REGEX "^#[ ]*include")
  list(POP_FRONT includes first)
  file(READ ${ROOT}/${header} text)
  if(NOT first STREQUAL "#include <vscg/core/begin.hpp>" OR NOT text MATCHES "\n#include <vscg/core/end.hpp>\n$")
    string(APPEND faults "${header}: expected <vscg/core/begin.hpp> first and <vscg/core/end.hpp> last\n")
  endif()
endforeach()
report_faults("${faults}")
