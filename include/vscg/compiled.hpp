// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

// The kernels of the Eigen backend, compiled once. If VSCG_COMPILED is defined (the target vscg::compiled does that),
// this header says that they are in a library, so a network compiles to little more than its own code. The library is
// one file that defines VSCG_COMPILED_HERE and includes this header. Compile it and its users with the same flags.
// With a different instruction set (`-march`) the linker finds no kernels, because their names contain it.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/parameter.hpp>
#include <vscg/core/random.hpp>
#include <vscg/files/element.hpp>
#include <vscg/kernels.hpp>
#include <vscg/vscg.hpp>

#if defined(VSCG_COMPILED_HERE)
#define VSCG_DETAIL_COMPILED template
#else
#define VSCG_DETAIL_COMPILED extern template
#endif
#define VSCG_DETAIL_EACH(T, ...) \
  VSCG_DETAIL_COMPILED void eigen_backend::executor<T>::each(std::size_t, std::size_t, const __VA_ARGS__&);
#define VSCG_DETAIL_ROWS(T, ...) \
  VSCG_DETAIL_COMPILED void eigen_backend::executor<T>::rows(std::size_t, std::size_t, const __VA_ARGS__&);
#define VSCG_DETAIL_PRODUCT(T)                                                                                         \
  VSCG_DETAIL_COMPILED void eigen_detail::gemm_run(team&, T*, eigen_detail::gemm_product<T>);                          \
  VSCG_DETAIL_COMPILED void eigen_detail::gemm_compute(const eigen_detail::gemm_product<T>&,                           \
                                                       eigen_detail::gemm_source, const eigen_detail::gemm_packed<T>&, \
                                                       const eigen_detail::gemm_part&, T*);                            \
  VSCG_DETAIL_COMPILED void eigen_detail::gemm_pack(team&, T*, const gemm_arguments<T>&);                              \
  VSCG_DETAIL_FINISH(T, identity_function)                                                                             \
  VSCG_DETAIL_FINISH(T, relu_function)
#define VSCG_DETAIL_FINISH(T, Function)                             \
  VSCG_DETAIL_COMPILED void eigen_detail::gemm_finish<T, Function>( \
      const eigen_detail::gemm_strip<T>&, const T*, std::size_t, std::size_t, std::size_t, std::size_t, std::size_t);
// These are not kernels, but they also loop over millions of numbers: starting values, and numbers in files. And what
// every program compiles alike: sessions' and trainers' runs, the optimizer's state.
#define VSCG_DETAIL_OTHERS(T)                                                       \
  VSCG_DETAIL_COMPILED class runner<T, eigen_backend>;                              \
  VSCG_DETAIL_COMPILED class optimizer_state<kernels::adam_rule, T, eigen_backend>; \
  VSCG_DETAIL_COMPILED class optimizer_state<kernels::sgd_rule, T, eigen_backend>;  \
  VSCG_DETAIL_COMPILED void initialize(const parameter_table&, seed, std::span<T>); \
  VSCG_DETAIL_COMPILED bool convert_elements(element_format, const std::byte*, std::size_t, T*);

namespace vscg {

VSCG_KERNELS(VSCG_DETAIL_EACH, VSCG_DETAIL_ROWS, float)
VSCG_KERNELS(VSCG_DETAIL_EACH, VSCG_DETAIL_ROWS, double)
VSCG_DETAIL_PRODUCT(float)
VSCG_DETAIL_PRODUCT(double)
VSCG_DETAIL_OTHERS(float)
VSCG_DETAIL_OTHERS(double)
// Nor do these have a scalar: tracing a network, planning its memory.
VSCG_DETAIL_COMPILED slot_id detail::append<void>(recorder&, const detail::operation_description&,
                                                  detail::array_view<slot_id>, const void*, std::size_t);
VSCG_DETAIL_COMPILED void program::build<void>(std::vector<node>&&);
VSCG_DETAIL_COMPILED std::shared_ptr<const program> make_program<void>(recorder&&, std::vector<slot_id>, slot_id);
VSCG_DETAIL_COMPILED void memory_plan::build<void>(const program&, std::size_t, std::size_t, std::string_view);
VSCG_DETAIL_COMPILED std::string memory_plan::describe<void>(const program&) const;

}  // namespace vscg

#undef VSCG_DETAIL_COMPILED
#undef VSCG_DETAIL_EACH
#undef VSCG_DETAIL_ROWS
#undef VSCG_DETAIL_PRODUCT
#undef VSCG_DETAIL_FINISH
#undef VSCG_DETAIL_OTHERS

#include <vscg/core/end.hpp>
