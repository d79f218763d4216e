# SPDX-License-Identifier: MIT
# A file must be short enough to read in one sitting.
include(${CMAKE_CURRENT_LIST_DIR}/files.cmake)

set(limit 400)
project_files("\\.(hpp|cpp|cu|cuh|cmake|sh|py)$|CMakeLists\\.txt$" files)
set(faults "")
foreach(file IN LISTS files)
  file(READ ${ROOT}/${file} text)
  string(REGEX REPLACE "[^\n]" "" newlines "${text}")
  string(LENGTH "${newlines}" lines)
  if(lines GREATER limit)
    string(APPEND faults "${file}: expected at most ${limit} lines, found ${lines}\n")
  endif()
endforeach()
report_faults("${faults}")
