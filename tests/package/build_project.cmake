# SPDX-License-Identifier: MIT
# cmake -DPROJECT=... -DSCRATCH=... -DTOOLS=<-G and compilers> -DSETTINGS=<-D...> -DINSTALL=<component>... -P build_project.cmake
# Configures the project in SCRATCH, builds it, runs its program if it has one, and installs the components into
# SCRATCH/prefix.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${SCRATCH})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${PROJECT} -B ${SCRATCH} ${TOOLS} ${SETTINGS} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${SCRATCH} COMMAND_ERROR_IS_FATAL ANY)
if(EXISTS ${SCRATCH}/program)
  execute_process(COMMAND ${SCRATCH}/program COMMAND_ERROR_IS_FATAL ANY)
endif()
foreach(component IN LISTS INSTALL)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${SCRATCH} --prefix ${SCRATCH}/prefix --component ${component}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
