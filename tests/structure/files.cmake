# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)

# The files under ROOT, relative to it, whose names match `expression`, without build folders.
function(project_files expression result)
  set(found "")
  foreach(folder include cuda examples tests benchmarks cmake)
    file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*)
    list(APPEND found ${files})
  endforeach()
  file(GLOB files RELATIVE ${ROOT} ${ROOT}/*.* ${ROOT}/.ci/run)
  list(APPEND found ${files})
  list(FILTER found INCLUDE REGEX "${expression}")
  list(FILTER found EXCLUDE REGEX "__pycache__/")
  list(LENGTH found count)
  if(count EQUAL 0)
    message(FATAL_ERROR "no file in ${ROOT} matches ${expression}")
  endif()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# Ends the script with an error if there are any; `faults` is a text of lines.
function(report_faults faults)
  if(faults)
    message(FATAL_ERROR "${faults}")
  endif()
endfunction()
