# SPDX-License-Identifier: MIT
# thrust's headers, from the CUDA toolkit (under cccl/ since version 13), from a copy of CCCL, or from Debian's
# libthrust-dev. Defines the target vscg_cccl::headers, for plain C++ compilers: thrust's sequential host system.

file(GLOB toolkits LIST_DIRECTORIES true /usr/local/cuda /usr/local/cuda-*)
find_path(CCCLHeaders_INCLUDE_DIR thrust/for_each.h
  HINTS ${CCCLHeaders_DIR_HINT} $ENV{CUDA_HOME} $ENV{CUDA_PATH} ${toolkits}
  PATH_SUFFIXES include/cccl include cccl thrust targets/x86_64-linux/include/cccl)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CCCLHeaders REQUIRED_VARS CCCLHeaders_INCLUDE_DIR)
mark_as_advanced(CCCLHeaders_INCLUDE_DIR)

if(CCCLHeaders_FOUND AND NOT TARGET vscg_cccl::headers)
  add_library(vscg_cccl::headers INTERFACE IMPORTED)
  target_include_directories(vscg_cccl::headers SYSTEM INTERFACE ${CCCLHeaders_INCLUDE_DIR})
  # By default thrust takes CUDA as its device system and wants the toolkit's own headers, which g++ cannot use.
  target_compile_definitions(vscg_cccl::headers INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:THRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP>
    $<$<COMPILE_LANGUAGE:CXX>:THRUST_HOST_SYSTEM=THRUST_HOST_SYSTEM_CPP>)
endif()
