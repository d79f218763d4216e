# SPDX-License-Identifier: MIT
# Every option is named VSCG_*. In another project's tree everything but the headers is off.

include(CMakeDependentOption)

set(VSCG_ALL_COMPONENTS io data xtensor train onnx thrust omp)
if(PROJECT_IS_TOP_LEVEL)
  set(components_default ${VSCG_ALL_COMPONENTS})
else()
  set(components_default "")
endif()
set(VSCG_COMPONENTS "${components_default}" CACHE STRING
  "Targets besides vscg::vscg, each with its own dependency: io (nlohmann-json), data (HDF5), xtensor, train (the three), onnx, thrust, omp (thrust and OpenMP)")
foreach(component IN LISTS VSCG_COMPONENTS)
  if(NOT component IN_LIST VSCG_ALL_COMPONENTS)
    message(FATAL_ERROR "vscg: VSCG_COMPONENTS: expected some of ${VSCG_ALL_COMPONENTS}, found ${component}")
  endif()
endforeach()

# Tests, programs and benchmarks need all that training does.
set(build_default OFF)
if(PROJECT_IS_TOP_LEVEL AND "train" IN_LIST VSCG_COMPONENTS)
  set(build_default ON)
endif()
option(VSCG_BUILD_TESTS "Build the tests" ${build_default})
set(VSCG_TESTS "." CACHE STRING "Which *_test.cpp to build, a regular expression")
# Compilers spend four fifths of a test's build on optimizing code that then runs for a second.
set(VSCG_OPTIMIZED_TESTS "." CACHE STRING "Which *_test.cpp to optimize as the build type says, a regular expression")
option(VSCG_BUILD_FUZZERS "Build what tests/fuzz/ feeds with damaged files; with clang++" OFF)
option(VSCG_BUILD_EXAMPLES "Build the programs in examples/" ${build_default})
set(VSCG_EXAMPLES "." CACHE STRING "Which of these programs, a regular expression of their names")
option(VSCG_BUILD_BENCHMARKS "Build the benchmarks" ${build_default})
option(VSCG_INSTALL "`cmake --install` installs vscg; if OFF, only `--component vscg` does" ${PROJECT_IS_TOP_LEVEL})
option(VSCG_WARNINGS_AS_ERRORS "Warnings of our own programs and tests are errors" OFF)
option(VSCG_NATIVE "Our own programs and tests use the instruction set of this machine" ${PROJECT_IS_TOP_LEVEL})
option(VSCG_PORTABLE_PROGRAMS "The programs in examples/ run on every x86-64 machine and use what it has; not with VSCG_NATIVE"
  OFF)
option(VSCG_ENABLE_CUDA "Build vscg::cuda, which needs nvcc and the CUDA toolkit" OFF)
set(VSCG_SANITIZE "" CACHE STRING "Sanitizers for our own programs and tests: address,undefined or thread")

# Where the tests find what does not belong in a source tree; without these, those tests report that they are skipped.
set(VSCG_GOLDEN_DIR "" CACHE PATH "Golden values (*.json) of the reference networks")
set(VSCG_AVE_DIR "" CACHE PATH "The small files of the real AVE data set")
foreach(folder VSCG_GOLDEN_DIR VSCG_AVE_DIR)
  if(NOT ${folder} AND NOT "$ENV{${folder}}" STREQUAL "")
    set_property(CACHE ${folder} PROPERTY VALUE "$ENV{${folder}}")
  endif()
endforeach()

if(VSCG_ENABLE_CUDA)
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(VSCG_NVCC nvcc HINTS $ENV{CUDA_HOME}/bin $ENV{CUDA_PATH}/bin /usr/local/cuda/bin)
    mark_as_advanced(VSCG_NVCC)
    if(VSCG_NVCC)
      set(CMAKE_CUDA_COMPILER ${VSCG_NVCC})
    endif()
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    message(FATAL_ERROR "vscg: VSCG_ENABLE_CUDA is ON, but no CUDA compiler was found. Install the CUDA toolkit, "
      "or name its compiler with -DCMAKE_CUDA_COMPILER=/path/to/nvcc, or leave VSCG_ENABLE_CUDA OFF.")
  endif()
  execute_process(COMMAND ${CMAKE_CUDA_COMPILER} --version OUTPUT_VARIABLE nvcc_says ERROR_QUIET)
  if(nvcc_says MATCHES "release ([0-9]+\\.[0-9]+)")
    set(nvcc_release ${CMAKE_MATCH_1})
  else()
    set(nvcc_release 13.0)
  endif()
  if(nvcc_release VERSION_LESS 12.0)
    message(FATAL_ERROR "vscg: VSCG_ENABLE_CUDA is ON, but ${CMAKE_CUDA_COMPILER} is release ${nvcc_release}, and 12.0 is the "
      "first that compiles C++20. Install a newer CUDA toolkit, or leave VSCG_ENABLE_CUDA OFF.")
  endif()
  # Every card since Turing, as far as the compiler knows them, and for cards to come the code that their driver compiles.
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(architectures 75-real 80-real 86-real 89-real 90-real 100-real 120)
    if(nvcc_release VERSION_LESS 12.8)
      set(architectures 75-real 80-real 86-real 89-real 90)
    endif()
    set(CMAKE_CUDA_ARCHITECTURES ${architectures} CACHE STRING
      "Compute capabilities that kernels are compiled for; `native`: of this machine's card")
  endif()
  enable_language(CUDA)
endif()

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
  endif()
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  # Programs go here: the tests run them from there, as users do.
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endif()
