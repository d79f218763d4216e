# SPDX-License-Identifier: MIT
# Takes what the project around us already has; otherwise the system's package, if there is one; otherwise the pinned
# release through FetchContent.

include(FetchContent)
include(${CMAKE_CURRENT_LIST_DIR}/find_dependencies.cmake)

# vscg_dependency(<name> <what find_package gets>... TARGET <what it gives> FETCH <url> [FIND <macro instead of
# find_package>] [PACKAGE <Debian package>] [SETTINGS <VAR=value>...])
macro(vscg_dependency name)
  cmake_parse_arguments(dependency "" "TARGET;FIND;FETCH;PACKAGE" "SETTINGS" ${ARGN})
  vscg_take_target(${name} ${dependency_TARGET})
  if(${name}_FOUND)
    # The project around us already has it.
  elseif(dependency_FIND)
    cmake_language(CALL ${dependency_FIND})
  else()
    find_package(${name} ${dependency_UNPARSED_ARGUMENTS} QUIET)
  endif()
  if(NOT ${name}_FOUND)
    message(STATUS "vscg: ${name} is not installed: fetching ${dependency_FETCH} "
      "(cmake/install_dependencies.sh installs it, as ${dependency_PACKAGE} on Debian and Ubuntu)")
    foreach(setting IN LISTS dependency_SETTINGS)
      string(REGEX MATCH "^([^=]+)=(.*)$" _ "${setting}")
      set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}" CACHE INTERNAL "set by vscg for ${name}")
    endforeach()
    FetchContent_Declare(${name} URL ${dependency_FETCH} DOWNLOAD_EXTRACT_TIMESTAMP ON SYSTEM)
    FetchContent_MakeAvailable(${name})
  endif()
endmacro()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
vscg_dependency(Eigen3 FIND vscg_find_eigen TARGET Eigen3::Eigen PACKAGE libeigen3-dev
  FETCH https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.gz
  SETTINGS EIGEN_BUILD_DOC=OFF EIGEN_BUILD_TESTING=OFF EIGEN_BUILD_PKGCONFIG=OFF)

if("train" IN_LIST VSCG_COMPONENTS)
  list(PREPEND VSCG_COMPONENTS io data xtensor)
  list(REMOVE_DUPLICATES VSCG_COMPONENTS)
endif()
if("io" IN_LIST VSCG_COMPONENTS)
  vscg_dependency(nlohmann_json 3.10 TARGET nlohmann_json::nlohmann_json PACKAGE nlohmann-json3-dev
    FETCH https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz)
endif()
if("data" IN_LIST VSCG_COMPONENTS)
  include(CheckLanguage)
  check_language(C)
  if(CMAKE_C_COMPILER)
    enable_language(C)  # with it CMake finds HDF5 in more places
  endif()
  if(TARGET hdf5-static AND NOT TARGET hdf5::hdf5)
    add_library(hdf5::hdf5 ALIAS hdf5-static)
  endif()
  vscg_dependency(HDF5 FIND vscg_find_hdf5 TARGET hdf5::hdf5 PACKAGE libhdf5-dev
    FETCH https://github.com/HDFGroup/hdf5/releases/download/hdf5_1.14.5/hdf5-1.14.5.tar.gz
    SETTINGS BUILD_SHARED_LIBS=OFF BUILD_TESTING=OFF HDF5_BUILD_TOOLS=OFF HDF5_BUILD_EXAMPLES=OFF
      HDF5_BUILD_CPP_LIB=OFF HDF5_BUILD_HL_LIB=OFF HDF5_EXTERNALLY_CONFIGURED=1)
  if(NOT TARGET hdf5::hdf5)
    add_library(hdf5::hdf5 ALIAS hdf5-static)
  endif()
endif()
if("xtensor" IN_LIST VSCG_COMPONENTS)
  vscg_dependency(xtl TARGET xtl PACKAGE libxtl-dev FETCH https://github.com/xtensor-stack/xtl/archive/refs/tags/0.7.5.tar.gz)
  vscg_dependency(xtensor TARGET xtensor PACKAGE libxtensor-dev
    FETCH https://github.com/xtensor-stack/xtensor/archive/refs/tags/0.24.7.tar.gz)
endif()
if("onnx" IN_LIST VSCG_COMPONENTS)
  find_package(ONNXSchema QUIET)
  if(NOT ONNXSchema_FOUND)
    message(STATUS "vscg: ONNX's schema was not found (Debian and Ubuntu: libonnx-dev and libprotobuf-dev): no vscg::onnx "
      "and no ave_export, and their tests say that they are skipped")
    list(REMOVE_ITEM VSCG_COMPONENTS onnx)
  endif()
endif()
if("omp" IN_LIST VSCG_COMPONENTS)
  list(APPEND VSCG_COMPONENTS thrust)
  list(REMOVE_DUPLICATES VSCG_COMPONENTS)
  find_package(OpenMP QUIET COMPONENTS CXX)
endif()
if("thrust" IN_LIST VSCG_COMPONENTS)
  find_package(CCCLHeaders QUIET)
  if(NOT CCCLHeaders_FOUND)
    message(STATUS "vscg: thrust's headers were not found (CUDA toolkit, CCCL or libthrust-dev; "
      "-DCCCLHeaders_DIR_HINT=... names a folder): no vscg::thrust, and its tests say that they are skipped")
    list(REMOVE_ITEM VSCG_COMPONENTS thrust)
  endif()
endif()
if("omp" IN_LIST VSCG_COMPONENTS)
  list(REMOVE_ITEM VSCG_COMPONENTS omp)
  if("thrust" IN_LIST VSCG_COMPONENTS AND OpenMP_CXX_FOUND)
    list(APPEND VSCG_COMPONENTS omp)  # after thrust, which it links
  elseif("thrust" IN_LIST VSCG_COMPONENTS)
    message(STATUS "vscg: ${CMAKE_CXX_COMPILER} has no OpenMP: no vscg::omp, and its tests say that they are skipped")
  endif()
endif()

if(VSCG_ENABLE_CUDA)
  find_package(CUDAToolkit QUIET)
  if(NOT TARGET CUDA::cudart OR NOT TARGET CUDA::cublasLt)
    message(FATAL_ERROR "vscg: VSCG_ENABLE_CUDA is ON, but the CUDA toolkit of ${CMAKE_CUDA_COMPILER} has no libraries "
      "cudart and cublasLt. Install them, or leave VSCG_ENABLE_CUDA OFF.")
  endif()
  list(APPEND VSCG_COMPONENTS cuda)
endif()

if(VSCG_BUILD_EXAMPLES)
  vscg_dependency(CLI11 TARGET CLI11::CLI11 PACKAGE libcli11-dev
    FETCH https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.3.2.tar.gz)
endif()
if(VSCG_BUILD_TESTS)
  vscg_dependency(doctest 2.4.9 TARGET doctest::doctest PACKAGE doctest-dev
    FETCH https://github.com/doctest/doctest/archive/refs/tags/v2.4.11.tar.gz SETTINGS DOCTEST_WITH_TESTS=OFF)
endif()
if(VSCG_BUILD_BENCHMARKS)
  vscg_dependency(benchmark TARGET benchmark::benchmark PACKAGE libbenchmark-dev
    FETCH https://github.com/google/benchmark/archive/refs/tags/v1.8.3.tar.gz
    SETTINGS BENCHMARK_ENABLE_TESTING=OFF BENCHMARK_ENABLE_INSTALL=OFF)
endif()
