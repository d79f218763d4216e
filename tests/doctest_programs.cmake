# SPDX-License-Identifier: MIT

# The environment of every test, as a list of NAME=value. OpenMP's threads would spin while other tests need the processors.
set(VSCG_TEST_ENVIRONMENT VSCG_PROGRAMS_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY} VSCG_TESTS_DIR=${CMAKE_CURRENT_SOURCE_DIR}
  OMP_WAIT_POLICY=passive)
foreach(name VSCG_GOLDEN_DIR VSCG_AVE_DIR)
  if(${name})
    list(APPEND VSCG_TEST_ENVIRONMENT ${name}=${${name}})
  endif()
endforeach()

# It also parses once what nearly every test includes, which saves tests that are not optimized half of their compile time.
# (A precompiled header hides a forgotten #include in a test. Headers of the library are compiled by themselves elsewhere.)
add_library(vscg_test_main OBJECT main.cpp)
target_link_libraries(vscg_test_main PUBLIC vscg_flags doctest::doctest PRIVATE vscg::compiled vscg::train)
target_compile_options(vscg_test_main PRIVATE -O0)
target_precompile_headers(vscg_test_main PRIVATE <vscg/testing/gradient_check.hpp> <vscg/vscg.hpp>)
add_custom_target(vscg_thread_tests)

# vscg_test(<source, relative to tests/> <library>...)
function(vscg_test source)
  cmake_path(GET source PARENT_PATH folder)
  cmake_path(GET source STEM stem)
  string(REGEX REPLACE "_test$" "" thing ${stem})
  string(REPLACE "/" "_" target ${folder}_${stem})

  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE vscg_test_main vscg::compiled ${ARGN})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})

  if(source MATCHES "fast_math_test")
    # It compiles all kernels itself, because those of vscg::compiled have the usual mathematics.
    target_compile_options(${target} PRIVATE -O1 -ffast-math -UVSCG_COMPILED)
  elseif(source MATCHES "${VSCG_OPTIMIZED_TESTS}")
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  else()
    target_compile_options(${target} PRIVATE -O0)
    if(source MATCHES "omp_test")
      set_target_properties(${target} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)  # OpenMP's flag changes what it holds
    endif()
    target_precompile_headers(${target} REUSE_FROM vscg_test_main)
  endif()

  string(REPLACE "/" ";" labels ${folder})
  file(STRINGS ${source} concurrent REGEX "^#include <thread>" LIMIT_COUNT 1)
  if(concurrent)
    list(APPEND labels thread)
    add_dependencies(vscg_thread_tests ${target})
  endif()

  set(cases ${CMAKE_CURRENT_BINARY_DIR}/${target}.cases.cmake)
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS ${cases} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DSUBJECT=${folder}/${thing} "-DLABELS=${labels}"
      "-DENVIRONMENT=${VSCG_TEST_ENVIRONMENT}" -DOUTPUT=${cases} -P ${CMAKE_CURRENT_SOURCE_DIR}/list_cases.cmake)
  # ctest reads this file first: a program that was not built is a failure, not an absence.
  set(listed ${CMAKE_CURRENT_BINARY_DIR}/${target}.cmake)
  file(CONFIGURE OUTPUT ${listed} @ONLY CONTENT [[
if(EXISTS "@cases@")
  include("@cases@")
else()
  add_test("@target@ was not built" "@target@")
endif()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${listed})
endfunction()
