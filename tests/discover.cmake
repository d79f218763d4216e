# SPDX-License-Identifier: MIT

# The environment of every test, as a list of NAME=value.
set(VSCG_TEST_ENVIRONMENT VSCG_PROGRAMS_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
foreach(name VSCG_GOLDEN_DIR VSCG_AVE_DIR)
  if(${name})
    list(APPEND VSCG_TEST_ENVIRONMENT ${name}=${${name}})
  endif()
endforeach()

# A run that found no test case of the name is a failure. A test case that printed "skipped" counts as skipped only when nothing in it failed; doctest prints its status last.
set(VSCG_SKIPPED "skipped.*Status: SUCCESS!")

add_custom_target(vscg_thread_tests)

# vscg_test(<source, relative to tests/> <library>...)
function(vscg_test source)
  cmake_path(GET source PARENT_PATH folder)
  cmake_path(GET source STEM stem)
  string(REGEX REPLACE "_test$" "" thing ${stem})
  string(REPLACE "/" "_" target ${folder}_${stem})

  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE vscg_test_main ${ARGN})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})

  set(labels ${folder})
  file(STRINGS ${source} concurrent REGEX "^#include <thread>" LIMIT_COUNT 1)
  if(concurrent)
    list(APPEND labels thread)
    add_dependencies(vscg_thread_tests ${target})
  endif()
  # Without the switch doctest's own summary ends in "| 9 skipped" (the cases of the file that this run left out).
  doctest_discover_tests(${target} TEST_PREFIX "${folder}/${thing}: " EXTRA_ARGS --no-skipped-summary)

  # Properties with several values do not survive doctest_discover_tests; ctest reads this file after its list.
  set(properties_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_properties.cmake)
  file(CONFIGURE OUTPUT ${properties_file} @ONLY CONTENT [[
foreach(test IN LISTS @target@_TESTS)
  set_tests_properties("${test}" PROPERTIES
    LABELS "@labels@"
    ENVIRONMENT "@VSCG_TEST_ENVIRONMENT@"
    SKIP_REGULAR_EXPRESSION "@VSCG_SKIPPED@"
    FAIL_REGULAR_EXPRESSION "test cases: +0 "
    TIMEOUT 600)
endforeach()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${properties_file})
endfunction()
