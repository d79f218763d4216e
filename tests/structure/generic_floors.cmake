# SPDX-License-Identifier: MIT
# The generic floors know no domain: they must compile without the networks, the data set and the runs on it.
include(${CMAKE_CURRENT_LIST_DIR}/files.cmake)

file(REMOVE_RECURSE ${SCRATCH})
file(COPY ${ROOT}/include DESTINATION ${SCRATCH})
foreach(domain nets data train/ave)
  file(REMOVE_RECURSE ${SCRATCH}/include/vscg/${domain})
endforeach()
file(GLOB_RECURSE headers RELATIVE ${SCRATCH}/include ${SCRATCH}/include/vscg/*.hpp)
list(FILTER headers EXCLUDE REGEX "/thrust/|core/(begin|end)\\.hpp$|vscg/compiled\\.hpp$|vscg/io/onnx")  # other tests compile these
set(source "")
foreach(header IN LISTS headers)
  string(APPEND source "#include <${header}>\n")
endforeach()
file(WRITE ${SCRATCH}/all.cpp "${source}")
list(TRANSFORM INCLUDES PREPEND "-isystem")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${SCRATCH}/include ${INCLUDES} ${SCRATCH}/all.cpp
  RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${output}")
endif()
