# SPDX-License-Identifier: MIT
# ONNX's schema as compiled by protobuf: onnx/onnx_pb.h with the libraries onnx_proto and protobuf, from Debian's
# libonnx-dev and libprotobuf-dev or from anywhere else. Defines the target vscg_onnx::schema and, if the library with
# ONNX's own checker is there too, vscg_onnx::checker.

find_package(Protobuf QUIET)
find_path(ONNXSchema_INCLUDE_DIR onnx/onnx_pb.h)
find_library(ONNXSchema_LIBRARY onnx_proto)
find_library(ONNXSchema_CHECKER_LIBRARY onnx)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ONNXSchema
  REQUIRED_VARS ONNXSchema_LIBRARY ONNXSchema_INCLUDE_DIR Protobuf_FOUND)
mark_as_advanced(ONNXSchema_INCLUDE_DIR ONNXSchema_LIBRARY ONNXSchema_CHECKER_LIBRARY)

if(ONNXSchema_FOUND AND NOT TARGET vscg_onnx::schema)
  add_library(vscg_onnx::schema UNKNOWN IMPORTED)
  set_target_properties(vscg_onnx::schema PROPERTIES
    IMPORTED_LOCATION ${ONNXSchema_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${ONNXSchema_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS "ONNX_NAMESPACE=onnx;ONNX_ML=1"
    INTERFACE_LINK_LIBRARIES protobuf::libprotobuf)
endif()
if(ONNXSchema_FOUND AND ONNXSchema_CHECKER_LIBRARY AND NOT TARGET vscg_onnx::checker)
  add_library(vscg_onnx::checker UNKNOWN IMPORTED)
  set_target_properties(vscg_onnx::checker PROPERTIES
    IMPORTED_LOCATION ${ONNXSchema_CHECKER_LIBRARY}
    INTERFACE_LINK_LIBRARIES vscg_onnx::schema)
endif()
