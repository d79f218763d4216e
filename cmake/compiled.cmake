# SPDX-License-Identifier: MIT
# vscg::compiled: the kernels of the Eigen backend and what else all networks compile alike, compiled once. With it, a
# network compiles to little more than its own code, for which -O1 is enough (-O0 in a test). If there is vscg::io, it
# holds what saving and loading compile too.
#
# It must have the flags of its users, so it is compiled where they are, with the flags of the project around it and
# with VSCG_COMPILED_OPTIONS, which its users then get from it: set(VSCG_COMPILED_OPTIONS -march=native).

function(vscg_add_compiled)
  if(TARGET vscg_compiled)
    return()
  endif()
  add_library(vscg_compiled STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/compiled.cpp)
  add_library(vscg::compiled ALIAS vscg_compiled)
  target_link_libraries(vscg_compiled PUBLIC vscg::vscg)
  target_compile_definitions(vscg_compiled INTERFACE VSCG_COMPILED)
  target_compile_options(vscg_compiled PUBLIC ${VSCG_COMPILED_OPTIONS})
endfunction()

# JSON, for files that save and load. Call it once vscg::io is there.
function(vscg_add_compiled_io)
  set(source ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/compiled_io.cpp)
  target_sources(vscg_compiled PRIVATE ${source})
  set_property(SOURCE ${source} TARGET_DIRECTORY vscg_compiled PROPERTY COMPILE_OPTIONS -O1)
  target_compile_definitions(vscg_compiled INTERFACE VSCG_COMPILED_IO)
  target_link_libraries(vscg_compiled PRIVATE vscg::io)
endfunction()

# For other people's builds: kernels are optimized even if the program around them is compiled for a debugger, and give
# no warnings.
function(vscg_optimize_compiled)
  set_target_properties(vscg_compiled PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_options(vscg_compiled PRIVATE -w)
  set_property(SOURCE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/compiled.cpp TARGET_DIRECTORY vscg_compiled PROPERTY COMPILE_OPTIONS
    $<$<NOT:$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-O3>)
endfunction()
