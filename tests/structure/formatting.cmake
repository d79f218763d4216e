# SPDX-License-Identifier: MIT
# clang-format 14 must leave every file as it is (other releases format the same style a little differently).
include(${CMAKE_CURRENT_LIST_DIR}/files.cmake)

find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
if(NOT CLANG_FORMAT)
  message("skipped: clang-format 14 was not found")
  return()
endif()
execute_process(COMMAND ${CLANG_FORMAT} --version OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
if(NOT version MATCHES "version 14\\.")
  message("skipped: clang-format 14 was not found, only ${version}")
  return()
endif()

project_files("\\.(hpp|cpp|cu|cuh)$" files)
execute_process(COMMAND ${CLANG_FORMAT} --dry-run -Werror ${files} WORKING_DIRECTORY ${ROOT}
  RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${output}")
endif()
