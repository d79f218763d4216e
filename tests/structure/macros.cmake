# SPDX-License-Identifier: MIT
# Every header begins with <vscg/core/begin.hpp> and ends with <vscg/core/end.hpp>; between them min and max are not
# macros. Words that other headers define as macros for good cannot be names of ours, because a user's code may include
# those headers: Qt's, the rates of <termios.h>, and what g++ predefines without -std=c++20.
include(${CMAKE_CURRENT_LIST_DIR}/files.cmake)

project_files("^(cuda/)?include/vscg/.*\\.hpp$" headers)
list(FILTER headers EXCLUDE REGEX "^include/vscg/core/(begin|config|end)\\.hpp$")
set(macros "slots|signals|emit|foreach|forever|B[0-9]+|linux|unix")
set(faults "")
foreach(header IN LISTS headers)
  file(STRINGS ${ROOT}/${header} includes REGEX "^#[ ]*include")
  list(POP_FRONT includes first)
  file(READ ${ROOT}/${header} text)
  if(NOT first STREQUAL "#include <vscg/core/begin.hpp>" OR NOT text MATCHES "\n#include <vscg/core/end.hpp>\n$")
    string(APPEND faults "${header}: expected <vscg/core/begin.hpp> first and <vscg/core/end.hpp> last\n")
  endif()
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  string(REGEX REPLACE "\"[^\"\n]*\"" "" text "${text}")
  if(text MATCHES "[^A-Za-z0-9_](${macros})[^A-Za-z0-9_]")
    string(APPEND faults "${header}: expected names that are nobody's macros, found ${CMAKE_MATCH_1}\n")
  endif()
endforeach()
report_faults("${faults}")
