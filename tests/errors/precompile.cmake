# SPDX-License-Identifier: MIT
# cmake -DCOMPILER=... -DHEADER=... -DINCLUDE=dir;dir -P precompile.cmake
# Makes HEADER, which includes all of vscg, and its precompiled form next to it, where `-include` finds it.
cmake_minimum_required(VERSION 3.25)

file(WRITE ${HEADER} "#include <vscg/vscg.hpp>\n")
list(TRANSFORM INCLUDE PREPEND -isystem)
execute_process(COMMAND ${COMPILER} -std=c++20 -w ${INCLUDE} -x c++-header ${HEADER} -o ${HEADER}.gch
  COMMAND_ERROR_IS_FATAL ANY)
