# SPDX-License-Identifier: MIT
# `cmake --install`, and find_package(vscg [COMPONENTS io data xtensor train onnx thrust omp cuda]) on what it installed or on
# the build folder. Another project's tree installs nothing unless it asks (VSCG_INSTALL, or
# `cmake --install . --component vscg`), but always has the rules: to export a library that links vscg, it needs them.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/vscg)
set(when COMPONENT vscg)
if(NOT VSCG_INSTALL)
  list(APPEND when EXCLUDE_FROM_ALL)
endif()

# One export per component: a user of the core alone need not have HDF5.
set(exported "")
foreach(component IN ITEMS "" LISTS VSCG_COMPONENTS)
  set(target vscg)
  set(name vscg)
  if(component)
    set(target vscg_${component})
    set(name vscg-${component})
  endif()
  # A library built here or by the project around us has no package that ours could name.
  get_target_property(libraries ${target} INTERFACE_LINK_LIBRARIES)
  list(TRANSFORM libraries REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1")  # what a compiled component links privately
  set(complete YES)
  foreach(library IN LISTS libraries)
    get_target_property(imported ${library} IMPORTED)
    get_target_property(actual ${library} ALIASED_TARGET)
    if(NOT imported AND NOT library IN_LIST exported AND NOT actual IN_LIST exported)
      if(VSCG_INSTALL)
        message(STATUS "vscg: ${library} is built here, not found as a package: no rules to install ${target}")
      endif()
      set(complete NO)
    endif()
  endforeach()
  if(complete)
    list(APPEND exported ${target})
    set(further_headers "")
    if(component STREQUAL "cuda")
      set(further_headers FILE_SET for_nvcc ${when})
    endif()
    install(TARGETS ${target} EXPORT ${name}Targets ARCHIVE ${when} FILE_SET HEADERS ${when} ${further_headers})
    install(EXPORT ${name}Targets NAMESPACE vscg:: DESTINATION ${package_dir} ${when})
    export(TARGETS ${target} NAMESPACE vscg:: FILE ${PROJECT_BINARY_DIR}/${name}Targets.cmake)
  endif()
endforeach()

configure_package_config_file(cmake/vscgConfig.cmake.in ${PROJECT_BINARY_DIR}/vscgConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/vscgConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
set(modules find_dependencies.cmake FindCCCLHeaders.cmake FindONNXSchema.cmake compiled.cmake compiled.cpp compiled_io.cpp)
foreach(module IN LISTS modules)
  configure_file(cmake/${module} ${PROJECT_BINARY_DIR}/${module} COPYONLY)
endforeach()
if("vscg" IN_LIST exported)
  list(TRANSFORM modules PREPEND ${PROJECT_BINARY_DIR}/)
  install(FILES ${PROJECT_BINARY_DIR}/vscgConfig.cmake ${PROJECT_BINARY_DIR}/vscgConfigVersion.cmake ${modules}
    DESTINATION ${package_dir} ${when})
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/vscg ${when})
endif()
