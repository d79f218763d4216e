# SPDX-License-Identifier: MIT
# Every source names the license in one line, the first or the one after `#!`, and every header has `#pragma once`.
include(${CMAKE_CURRENT_LIST_DIR}/files.cmake)

project_files("\\.(hpp|cpp|cu|cuh|cmake|in|sh|py)$|CMakeLists\\.txt$|^\\.ci/run$" files)
set(faults "")
foreach(file IN LISTS files)
  file(READ ${ROOT}/${file} text LIMIT 400)
  if(NOT text MATCHES "^(#![^\n]*\n)?(//|#) SPDX-License-Identifier: MIT\n")
    string(APPEND faults "${file}: expected `SPDX-License-Identifier: MIT` in its first line\n")
  endif()
  if(file MATCHES "\\.(hpp|cuh)$" AND NOT file MATCHES "core/(begin|end)\\.hpp$" AND NOT text MATCHES "\n#pragma once\n")
    string(APPEND faults "${file}: expected #pragma once\n")
  endif()
endforeach()
report_faults("${faults}")
