// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string>

#include <vscg/core/config.hpp>
#include <vscg/cuda/products.hpp>

namespace vscg {

/// The card that this thread uses while this lives: models, sessions and trainers that it makes are on that card, and
/// stay there whichever thread uses them later. If there are several, the last one made counts, and the one before it
/// again afterwards.
///
/// It sets the current device of the CUDA runtime, which each thread has, and puts it back. `cuda_chosen` multiplies
/// with the precision of the card under which its executor is made; the other backends have their own.
class cuda_card {
 public:
  /// Throws vscg::expectation_error if there is no device of that number, counted from 0, or it is too old.
  explicit cuda_card(std::size_t number = 0, products precision = products::exact);
  cuda_card(const cuda_card&) = delete;
  cuda_card& operator=(const cuda_card&) = delete;
  ~cuda_card();

  /// "NVIDIA H100 80GB HBM3"
  std::string name() const;

  /// The name of a card that could be used. Throws like the constructor, but leaves the card alone: using one takes
  /// some of its memory until the process ends, and one in exclusive mode takes a single process.
  static std::string name_of(std::size_t number);

 private:
  int device_;
  int device_before_ = 0;
  products precision_before_;
};

namespace cuda_detail {

/// Makes a device the current one while this lives.
class on_device {
 public:
  explicit on_device(int device);
  on_device(const on_device&) = delete;
  on_device& operator=(const on_device&) = delete;
  ~on_device();

 private:
  int device_;
  int before_ = 0;
};

/// The current device of this thread.
int current_device();

/// The precision itself, or that of this thread's card for `products::chosen`.
products chosen(products precision);

/// "cuda_tf32 on NVIDIA H100 80GB HBM3": what results depend on.
std::string description_of_backend(products precision);

/// The same in parts.
struct used_card {
  std::string device;     ///< "cuda:0"
  std::string name;       ///< "NVIDIA H100 80GB HBM3"
  std::string precision;  ///< "tf32"
};
used_card card_of_backend(products precision);

}  // namespace cuda_detail

}  // namespace vscg

#include <vscg/core/end.hpp>
