# SPDX-License-Identifier: MIT
# `cmake --install`, and find_package(vscg [COMPONENTS io data xtensor train thrust]) on what it installed.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/vscg)
install(TARGETS vscg EXPORT vscgTargets FILE_SET HEADERS)
install(EXPORT vscgTargets NAMESPACE vscg:: DESTINATION ${package_dir})
# One export a component: who asks for the core only need not have HDF5.
foreach(component IN LISTS VSCG_COMPONENTS)
  install(TARGETS vscg_${component} EXPORT vscg-${component}Targets FILE_SET HEADERS)
  install(EXPORT vscg-${component}Targets NAMESPACE vscg:: DESTINATION ${package_dir})
endforeach()

configure_package_config_file(cmake/vscgConfig.cmake.in ${PROJECT_BINARY_DIR}/vscgConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/vscgConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/vscgConfig.cmake ${PROJECT_BINARY_DIR}/vscgConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindCCCLHeaders.cmake DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/vscg)
