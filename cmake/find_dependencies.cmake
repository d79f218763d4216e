# SPDX-License-Identifier: MIT
# Libraries that a single find_package does not find, for our own build and, once installed, for vscgConfig.cmake.
# Whatever a project already has is used.

# Sets <name>_FOUND if the target exists, or one with the bare name, as a copy of the library's header may have it.
macro(vscg_take_target name target)
  if(TARGET ${name} AND NOT TARGET ${target})
    add_library(${target} ALIAS ${name})
  endif()
  set(${name}_FOUND FALSE)
  if(TARGET ${target})
    set(${name}_FOUND TRUE)
  endif()
endmacro()

# Eigen3::Eigen: 3.4 or newer. Sets Eigen3_FOUND.
macro(vscg_find_eigen)
  vscg_take_target(Eigen3 Eigen3::Eigen)
  # Eigen's package only accepts a request for its own major version, and a range of versions does not change that.
  foreach(vscg_version IN ITEMS 3.4 5)
    if(NOT Eigen3_FOUND)
      find_package(Eigen3 ${vscg_version} NO_MODULE QUIET)
    endif()
  endforeach()
  unset(vscg_version)
endmacro()

# hdf5::hdf5: HDF5's C library. Sets HDF5_FOUND.
macro(vscg_find_hdf5)
  get_property(vscg_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(TARGET hdf5::hdf5)
    set(HDF5_FOUND TRUE)
  elseif("C" IN_LIST vscg_languages)
    find_package(HDF5 QUIET COMPONENTS C)
  else()
    # CMake's own module compiles C. If a project does not, HDF5 is looked for in the usual places.
    find_path(VSCG_HDF5_INCLUDE_DIR hdf5.h HINTS ${HDF5_ROOT} $ENV{HDF5_ROOT} PATH_SUFFIXES include hdf5/serial)
    find_library(VSCG_HDF5_LIBRARY NAMES hdf5_serial hdf5 HINTS ${HDF5_ROOT} $ENV{HDF5_ROOT} PATH_SUFFIXES lib hdf5/serial)
    mark_as_advanced(VSCG_HDF5_INCLUDE_DIR VSCG_HDF5_LIBRARY)
    set(HDF5_FOUND FALSE)
    if(VSCG_HDF5_INCLUDE_DIR AND VSCG_HDF5_LIBRARY)
      set(HDF5_FOUND TRUE)
      add_library(hdf5::hdf5 UNKNOWN IMPORTED)
      set_target_properties(hdf5::hdf5 PROPERTIES
        IMPORTED_LOCATION ${VSCG_HDF5_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${VSCG_HDF5_INCLUDE_DIR})
    endif()
  endif()
  unset(vscg_languages)
endmacro()
