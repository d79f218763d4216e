// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include <hdf5.h>

#include <vscg/data/hdf5.hpp>
#include <vscg/files/element.hpp>

namespace vscg::data {

namespace detail {

// The fields of a float in HDF5's terms, in bits.
struct float_fields {
  std::size_t size = 0, precision = 0, sign = 0, exponent = 0, exponent_bits = 0, mantissa = 0, mantissa_bits = 0;
  std::size_t bias = 0;
  bool implied_one = false;  // the mantissa's leading 1 is not stored

  explicit float_fields(hid_t type)
      : size(8 * H5Tget_size(type)),
        precision(H5Tget_precision(type)),
        bias(H5Tget_ebias(type)),
        implied_one(H5Tget_norm(type) == H5T_NORM_IMPLIED) {
    H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits);
  }
};

// IEEE 754's binary16. HDF5 1.10 has no name for it; h5py and others build it from its bit fields.
inline bool is_half(hid_t type) {
  const float_fields found(type);
  return found.size == 16 && found.precision == 16 && H5Tget_offset(type) == 0 && found.sign == 15 &&
         found.exponent == 10 && found.exponent_bits == 5 && found.mantissa == 0 && found.mantissa_bits == 10 &&
         found.bias == 15 && found.implied_one;
}

inline bool is_standard_integer(hid_t type) {
  const std::array<hid_t, 16> standard = {H5T_STD_I8LE, H5T_STD_I16LE, H5T_STD_I32LE, H5T_STD_I64LE,
                                          H5T_STD_U8LE, H5T_STD_U16LE, H5T_STD_U32LE, H5T_STD_U64LE,
                                          H5T_STD_I8BE, H5T_STD_I16BE, H5T_STD_I32BE, H5T_STD_I64BE,
                                          H5T_STD_U8BE, H5T_STD_U16BE, H5T_STD_U32BE, H5T_STD_U64BE};
  return std::any_of(standard.begin(), standard.end(), [&](hid_t one) { return H5Tequal(type, one) > 0; });
}

// NumPy's bool as h5py stores it: an enumeration of a byte, FALSE = 0 and TRUE = 1.
inline bool is_boolean(hid_t type) {
  const hdf5_handle base(H5Tget_super(type), H5Tclose);
  if (H5Tget_nmembers(type) != 2 || H5Tequal(base.get(), H5T_NATIVE_INT8) <= 0) return false;
  for (unsigned i = 0; i < 2; ++i) {
    signed char value = 0;
    char* const name = H5Tget_member_name(type, i);
    const bool right = name != nullptr && std::strcmp(name, i == 0 ? "FALSE" : "TRUE") == 0 &&
                       H5Tget_member_value(type, i, &value) >= 0 && value == static_cast<signed char>(i);
    H5free_memory(name);
    if (!right) return false;
  }
  return true;
}

inline std::string class_text(H5T_class_t kind) {
  switch (kind) {
    case H5T_TIME:
      return "times";
    case H5T_STRING:
      return "strings";
    case H5T_BITFIELD:
      return "bit fields";
    case H5T_OPAQUE:
      return "opaque bytes";
    case H5T_COMPOUND:
      return "records (a compound type)";
    case H5T_REFERENCE:
      return "references";
    case H5T_ENUM:
      return "an enumeration that is not h5py's bool";
    case H5T_VLEN:
      return "lists of their own length (a vlen type)";
    case H5T_ARRAY:
      return "arrays";
    default:
      return "a type of class " + std::to_string(static_cast<int>(kind));
  }
}

}  // namespace detail

/// The types of numbers that can be read.
inline constexpr const char* hdf5_number_types =
    "float16, float32, float64 (IEEE 754) or integers of 8, 16, 32 or 64 bits";

/// How the numbers of HDF5 type `type` are stored in the file. None unless they are hdf5_number_types, in either byte
/// order, or h5py's bool.
inline std::optional<element_format> hdf5_element_format(hid_t type) {
  constexpr bool little = std::endian::native == std::endian::little;
  const H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_INTEGER && detail::is_standard_integer(type)) return element_format{};
  if (kind == H5T_ENUM && detail::is_boolean(type)) return element_format{};
  if (kind != H5T_FLOAT) return std::nullopt;
  const auto is = [&](hid_t other) { return H5Tequal(type, other) > 0; };
  if (is(H5T_IEEE_F32LE)) return element_format{element_kind::float32, !little};
  if (is(H5T_IEEE_F32BE)) return element_format{element_kind::float32, little};
  if (is(H5T_IEEE_F64LE)) return element_format{element_kind::float64, !little};
  if (is(H5T_IEEE_F64BE)) return element_format{element_kind::float64, little};
  const H5T_order_t order = H5Tget_order(type);
  if ((order == H5T_ORDER_LE || order == H5T_ORDER_BE) && detail::is_half(type)) {
    return element_format{element_kind::float16, (order == H5T_ORDER_LE) != little};
  }
  return std::nullopt;
}

/// Describes a type that cannot be read: "a float of 64 bits whose exponent bias is 1022", "strings".
inline std::string hdf5_type_text(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  const std::string bits = std::to_string(8 * H5Tget_size(type)) + " bits";
  if (kind == H5T_INTEGER) {
    return "an integer of " + bits + " of which " + std::to_string(H5Tget_precision(type)) + " count, from bit " +
           std::to_string(H5Tget_offset(type)) + " on" +
           (H5Tget_order(type) > H5T_ORDER_BE ? ", in a mixed order" : "");
  }
  if (kind != H5T_FLOAT) return detail::class_text(kind);
  const std::string text = "a float of " + bits;
  const detail::float_fields found(type);
  const hid_t near = found.size == 32 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
  const detail::float_fields usual(near);
  const auto whose = [&](const char* what, std::size_t value) {
    return text + " whose " + what + " is " + std::to_string(value);
  };
  if (found.size != usual.size) {
    return text + ", " + std::to_string(found.exponent_bits) + " of them exponent (bias " + std::to_string(found.bias) +
           ") and " + std::to_string(found.mantissa_bits) + " mantissa";
  }
  if (H5Tget_order(type) > H5T_ORDER_BE) return text + " in a mixed byte order";
  if (found.bias != usual.bias) return whose("exponent bias", found.bias);
  if (found.precision != usual.precision) return whose("precision", found.precision);
  if (H5Tget_offset(type) != 0) return whose("first bit", static_cast<std::size_t>(H5Tget_offset(type)));
  if (found.sign != usual.sign) return whose("sign bit", found.sign);
  if (found.exponent != usual.exponent) return whose("exponent's first bit", found.exponent);
  if (found.exponent_bits != usual.exponent_bits) return whose("exponent's size in bits", found.exponent_bits);
  if (found.mantissa != usual.mantissa) return whose("mantissa's first bit", found.mantissa);
  if (found.mantissa_bits != usual.mantissa_bits) return whose("mantissa's size in bits", found.mantissa_bits);
  if (!found.implied_one) return text + " whose mantissa's first digit is stored";
  return text + " with other padding";
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
