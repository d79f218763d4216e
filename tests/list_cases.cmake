# SPDX-License-Identifier: MIT
# Asks a doctest program for its test cases and writes the CTest file that runs each by itself. Doctest's own module does
# the same, but it cuts names at semicolons and cannot pass on a property with several values.
# cmake -DPROGRAM=... -DSUBJECT=... -DLABELS=a;b -DENVIRONMENT=A=1;B=2 -DOUTPUT=... -P list_cases.cmake
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${PROGRAM} --list-test-cases OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)

set(tests "")
while(output MATCHES "^([^\n]*)\n")
  set(line "${CMAKE_MATCH_1}")
  string(LENGTH "${line}\n" length)
  string(SUBSTRING "${output}" ${length} -1 output)
  if(line STREQUAL "" OR line MATCHES "^(\\[doctest\\]|====)")
    continue()
  endif()
  set(name "${SUBJECT}: ${line}")
  string(REPLACE "," "\\," filter "${line}")
  # Without the switch, doctest's own summary ends in "| 9 skipped" (the cases of the file that this run left out).
  # A run that found no test case of the name has failed. One that printed "skipped" counts as skipped only if nothing
  # in it failed: doctest prints its status last.
  string(APPEND tests
    "add_test([==[${name}]==] [==[${PROGRAM}]==] [==[--test-case=${filter}]==] --no-skipped-summary)\n"
    "set_tests_properties([==[${name}]==] PROPERTIES LABELS [==[${LABELS}]==] ENVIRONMENT [==[${ENVIRONMENT}]==]\n"
    "  SKIP_REGULAR_EXPRESSION \"skipped.*Status: SUCCESS!\" FAIL_REGULAR_EXPRESSION \"test cases: +0 \" TIMEOUT 600)\n")
endwhile()
file(WRITE ${OUTPUT} "${tests}")
