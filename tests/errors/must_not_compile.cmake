# SPDX-License-Identifier: MIT
# cmake -DCOMPILER=... -DHEADER=... -DSOURCE=... -DINCLUDE=dir;dir -P must_not_compile.cmake
cmake_minimum_required(VERSION 3.25)

file(STRINGS ${SOURCE} expected REGEX "^// expect: ")
list(LENGTH expected count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "${SOURCE}: expected one line `// expect: <expression>`, found ${count}")
endif()
string(REGEX REPLACE "^// expect: " "" expected "${expected}")

# `// standard: c++17` compiles for that one, without the precompiled header, which is for C++20.
set(standard c++20 -include ${HEADER})
file(STRINGS ${SOURCE} other REGEX "^// standard: ")
if(other)
  string(REGEX REPLACE "^// standard: " "" standard "${other}")
endif()
list(TRANSFORM INCLUDE PREPEND -isystem)
execute_process(COMMAND ${COMPILER} -fsyntax-only -w ${INCLUDE} -std=${standard} ${SOURCE}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE}: expected an error, found that ${COMPILER} compiles it")
endif()
# Not a list of lines: types in messages hold semicolons and brackets.
string(REGEX MATCH "[^\n]*error:[^\n]*" first "${output}")
if(NOT first MATCHES "${expected}")
  message(FATAL_ERROR "${SOURCE}: first error line\n  expected to match: ${expected}\n  found: ${first}\n\n${output}")
endif()
# A wrong shape is one error and not twenty: its file says `// errors: 1`.
file(STRINGS ${SOURCE} errors REGEX "^// errors: [0-9]+$")
if(errors)
  string(REGEX REPLACE "^// errors: " "" errors "${errors}")
  string(REGEX MATCHALL " error: " lines "${output}")
  list(LENGTH lines found)
  if(NOT found EQUAL errors)
    message(FATAL_ERROR "${SOURCE}: expected ${errors} error lines, found ${found}\n\n${output}")
  endif()
endif()
message(STATUS "${first}")
