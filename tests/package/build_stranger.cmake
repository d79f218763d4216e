# SPDX-License-Identifier: MIT
# cmake -DWAY=... -DVSCG_SOURCE=... -DVSCG_BUILD=... -DSCRATCH=... -DGENERATOR=... -DCOMPILER=... -DCOMPONENTS=... -P this
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${SCRATCH})
if(WAY STREQUAL "add_subdirectory")
  set(arguments -DVSCG_SOURCE=${VSCG_SOURCE})
elseif(WAY STREQUAL "fetch_content")
  set(arguments -DFETCHCONTENT_SOURCE_DIR_VSCG=${VSCG_SOURCE} -DFETCHCONTENT_FULLY_DISCONNECTED=ON)
else()
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${VSCG_BUILD} --prefix ${SCRATCH}/prefix
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  # Kernels that are optimized would take a minute to compile.
  set(arguments -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix -DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_CXX_FLAGS_MINSIZEREL=-O0)
endif()

execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/stranger -B ${SCRATCH}/build -G ${GENERATOR}
  -DWAY=${WAY} "-DCOMPONENTS=${COMPONENTS}" -DCMAKE_CXX_COMPILER=${COMPILER} ${arguments}
  COMMAND_ERROR_IS_FATAL ANY)
# FetchContent ends in add_subdirectory, so one program shows that it works.
set(programs core components)
if(WAY STREQUAL "fetch_content")
  set(programs core)
elseif(WAY STREQUAL "find_package")
  list(APPEND programs compiled)
endif()
foreach(program IN LISTS programs)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${SCRATCH}/build --target stranger_${program}
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${SCRATCH}/build/stranger_${program} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
