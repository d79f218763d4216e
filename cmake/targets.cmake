# SPDX-License-Identifier: MIT
# vscg::vscg needs only Eigen. A header that reaches another third-party library, directly or through other headers of
# ours, belongs to the target that brings that library. Verifying the header sets then compiles every header with
# exactly what its target promises.

set(VSCG_INCLUDE_DIR ${PROJECT_SOURCE_DIR}/include)

# The components among io, data, xtensor, onnx, thrust and omp whose libraries `header` (relative to include/) reaches.
function(vscg_needs header result)
  get_property(known GLOBAL PROPERTY VSCG_NEEDS_${header} SET)
  if(NOT known)
    set_property(GLOBAL PROPERTY VSCG_NEEDS_${header} "")  # ends the recursion where headers include each other
    set(needs "")
    file(STRINGS ${VSCG_INCLUDE_DIR}/${header} lines REGEX "^[ \t]*#[ \t]*include[ \t]*<")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^[^<]*<([^>]+)>.*$" "\\1" included "${line}")
      if(included MATCHES "^nlohmann/")
        list(APPEND needs io)
      elseif(included MATCHES "^(hdf5|H5[A-Za-z]+)\\.h$")
        list(APPEND needs data)
      elseif(included MATCHES "^(xtensor|xtl)/")
        list(APPEND needs xtensor)
      elseif(included MATCHES "^(onnx|google)/")
        list(APPEND needs onnx)
      elseif(included MATCHES "^(thrust|cub|cuda)/")
        list(APPEND needs thrust)
      elseif(included STREQUAL "omp.h")
        list(APPEND needs omp)
      elseif(included MATCHES "^vscg/" AND EXISTS ${VSCG_INCLUDE_DIR}/${included})
        vscg_needs(${included} further)
        list(APPEND needs ${further})
      endif()
    endforeach()
    list(REMOVE_DUPLICATES needs)
    set_property(GLOBAL PROPERTY VSCG_NEEDS_${header} "${needs}")
  endif()
  get_property(needs GLOBAL PROPERTY VSCG_NEEDS_${header})
  set(${result} "${needs}" PARENT_SCOPE)
endfunction()

function(vscg_library component)
  set(target vscg_${component})
  add_library(${target} INTERFACE)
  add_library(vscg::${component} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${component})
  target_link_libraries(${target} INTERFACE vscg::vscg ${ARGN})
endfunction()

add_library(vscg INTERFACE)
add_library(vscg::vscg ALIAS vscg)
target_compile_features(vscg INTERFACE cxx_std_20)
target_link_libraries(vscg INTERFACE Eigen3::Eigen Threads::Threads)

if("io" IN_LIST VSCG_COMPONENTS)
  vscg_library(io nlohmann_json::nlohmann_json)
endif()
if("data" IN_LIST VSCG_COMPONENTS)
  vscg_library(data hdf5::hdf5)
endif()
if("xtensor" IN_LIST VSCG_COMPONENTS)
  vscg_library(xtensor xtensor)
endif()
if("train" IN_LIST VSCG_COMPONENTS)
  vscg_library(train vscg_io vscg_data vscg_xtensor)
endif()
if("onnx" IN_LIST VSCG_COMPONENTS)
  vscg_library(onnx vscg_onnx::schema)
endif()
if("thrust" IN_LIST VSCG_COMPONENTS)
  vscg_library(thrust vscg_cccl::headers)
endif()
if("omp" IN_LIST VSCG_COMPONENTS)
  vscg_library(omp vscg_thrust OpenMP::OpenMP_CXX)
endif()

# The only component with code of its own. A program that links it is plain C++: its headers show no toolkit's header.
if("cuda" IN_LIST VSCG_COMPONENTS)
  set(VSCG_CUDA_DIR ${PROJECT_SOURCE_DIR}/cuda)
  add_library(vscg_cuda STATIC ${VSCG_CUDA_DIR}/kernels.cu ${VSCG_CUDA_DIR}/fused.cu ${VSCG_CUDA_DIR}/card.cpp
    ${VSCG_CUDA_DIR}/device_memory.cpp ${VSCG_CUDA_DIR}/products.cpp ${VSCG_CUDA_DIR}/stream.cpp)
  add_library(vscg::cuda ALIAS vscg_cuda)
  set_target_properties(vscg_cuda PROPERTIES EXPORT_NAME cuda POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(vscg_cuda PUBLIC vscg::vscg PRIVATE CUDA::cudart CUDA::cublasLt)
  # CMake 3.25 does not know how to ask nvcc for C++20.
  target_compile_options(vscg_cuda PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20>
    $<$<COMPILE_LANGUAGE:CXX>:$<TARGET_PROPERTY:vscg_flags,INTERFACE_COMPILE_OPTIONS>>)
  if(VSCG_WARNINGS_AS_ERRORS)
    target_compile_options(vscg_cuda PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Werror all-warnings>")
  endif()
  file(GLOB_RECURSE cuda_headers CONFIGURE_DEPENDS ${VSCG_CUDA_DIR}/include/vscg/cuda/*.hpp)
  file(GLOB kernel_headers CONFIGURE_DEPENDS ${VSCG_CUDA_DIR}/include/vscg/cuda/*.cuh)
  target_sources(vscg_cuda
    PUBLIC FILE_SET HEADERS BASE_DIRS ${VSCG_CUDA_DIR}/include FILES ${cuda_headers}
    PUBLIC FILE_SET for_nvcc TYPE HEADERS BASE_DIRS ${VSCG_CUDA_DIR}/include FILES ${kernel_headers})
  set_target_properties(vscg_cuda PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL}
    INTERFACE_HEADER_SETS_TO_VERIFY HEADERS)
endif()

file(GLOB_RECURSE all_headers CONFIGURE_DEPENDS RELATIVE ${VSCG_INCLUDE_DIR} ${VSCG_INCLUDE_DIR}/vscg/*.hpp)
foreach(header IN LISTS all_headers)
  vscg_needs(${header} needs)
  list(LENGTH needs count)
  if("omp" IN_LIST needs)
    set(component omp)
  elseif("thrust" IN_LIST needs)
    set(component thrust)
  elseif(count GREATER 1)
    set(component train)
  else()
    set(component ${needs})
  endif()
  list(APPEND headers_of_${component} ${VSCG_INCLUDE_DIR}/${header})
endforeach()

# The header sets carry the include directory. In our own builds VERIFY_INTERFACE_HEADER_SETS makes the target
# all_verify_interface_header_sets, which compiles every header by itself.
set(header_components ${VSCG_COMPONENTS})
list(REMOVE_ITEM header_components cuda)
foreach(component IN LISTS header_components ITEMS "")
  set(target vscg)
  if(component)
    set(target vscg_${component})
  endif()
  target_sources(${target} INTERFACE FILE_SET HEADERS BASE_DIRS ${VSCG_INCLUDE_DIR} FILES ${headers_of_${component}})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
endforeach()

# How our own programs and tests are compiled; nobody else gets these flags.
add_library(vscg_flags INTERFACE)
target_compile_options(vscg_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 warns about its own headers: AVX-512 intrinsics (its bug 105593) and std::string's operator+ (105329, 105651).
  target_compile_options(vscg_flags INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized -Wno-restrict)
endif()
if(VSCG_WARNINGS_AS_ERRORS)
  target_compile_options(vscg_flags INTERFACE -Werror)
endif()
if(VSCG_SANITIZE)
  target_compile_options(vscg_flags INTERFACE -fsanitize=${VSCG_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(vscg_flags INTERFACE -fsanitize=${VSCG_SANITIZE})
  if(VSCG_SANITIZE MATCHES "undefined")
    # These three triple the time to compile a network. What they find ends a program under address sanitizer too.
    target_compile_options(vscg_flags INTERFACE -fno-sanitize=null,alignment,object-size)
  endif()
endif()
if(VSCG_NATIVE)
  target_compile_options(vscg_flags INTERFACE -march=native)
  # g++ 12 tuning for AMD's Zen spills registers in Eigen's products and halves their rate; Haswell's tuning does not.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND EXISTS /proc/cpuinfo)
    file(STRINGS /proc/cpuinfo amd REGEX "AuthenticAMD" LIMIT_COUNT 1)
    if(amd)
      target_compile_options(vscg_flags INTERFACE -mtune=haswell)
    endif()
  endif()
endif()

# The Eigen backend's kernels and JSON, compiled once and optimized. With this library linked, a network compiles to
# little more than its own code, for which -O1 is enough (-O0 in a test). It is part of our own builds; other projects
# can compile cmake/compiled.cpp in the same way.
if(PROJECT_IS_TOP_LEVEL)
  add_library(vscg_compiled STATIC EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/cmake/compiled.cpp)
  add_library(vscg::compiled ALIAS vscg_compiled)
  target_link_libraries(vscg_compiled PUBLIC vscg::vscg PRIVATE vscg_flags)
  target_compile_definitions(vscg_compiled INTERFACE VSCG_COMPILED)
  if("io" IN_LIST VSCG_COMPONENTS AND NOT VSCG_SANITIZE STREQUAL "thread")  # the concurrent tests read no JSON
    target_compile_definitions(vscg_compiled INTERFACE VSCG_COMPILED_IO)
    target_sources(vscg_compiled PRIVATE ${PROJECT_SOURCE_DIR}/cmake/compiled_io.cpp)
    set_source_files_properties(${PROJECT_SOURCE_DIR}/cmake/compiled_io.cpp PROPERTIES COMPILE_OPTIONS -O1)
    target_link_libraries(vscg_compiled PRIVATE vscg_io)
  endif()
endif()
