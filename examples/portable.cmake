# SPDX-License-Identifier: MIT
# The networks as a shared library, compiled for three levels of x86-64. The dynamic loader of glibc (2.33 or newer) takes
# the best one that the processor can run, from lib/glibc-hwcaps/<level>/ next to the program, or else from lib/ itself.
# Only what programs call is exported: each library and the program hold the same inline functions for different
# instruction sets, which must not be mixed.

if(VSCG_NATIVE)
  message(FATAL_ERROR "vscg: VSCG_PORTABLE_PROGRAMS needs VSCG_NATIVE=OFF, or the programs would be this machine's")
endif()
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  message(FATAL_ERROR "vscg: VSCG_PORTABLE_PROGRAMS is for Linux on x86_64; this is ${CMAKE_SYSTEM_NAME} on "
    "${CMAKE_SYSTEM_PROCESSOR}")
endif()

function(vscg_portable_networks target folder)
  add_library(${target} SHARED ${networks} ${card_networks} ${PROJECT_SOURCE_DIR}/cmake/compiled.cpp)
  # -O3 is for the kernels; the rest of a network is fast enough with less, as elsewhere.
  set_source_files_properties(${networks} ${card_networks} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O1>)
  target_link_libraries(${target} PRIVATE vscg_flags vscg::train $<TARGET_NAME_IF_EXISTS:vscg::cuda>)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE VSCG_COMPILED)
  target_compile_options(${target} PRIVATE ${ARGN})
  target_link_options(${target} PRIVATE -Wl,-Bsymbolic
    -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/networks/exports.map)
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME vscg_example_networks
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${folder}
    LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/networks/exports.map)
endfunction()

vscg_portable_networks(vscg_example_networks lib)
# g++ 12 tuning for AMD's Zen halves the rate of products (see cmake/targets.cmake); Haswell's suits Intel and AMD.
vscg_portable_networks(vscg_example_networks_v3 lib/glibc-hwcaps/x86-64-v3 -march=x86-64-v3 -mtune=haswell)
vscg_portable_networks(vscg_example_networks_v4 lib/glibc-hwcaps/x86-64-v4 -march=x86-64-v4)
set(levels vscg_example_networks_v3 vscg_example_networks_v4)
