// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <vscg/core/config.hpp>

// Kernels of several phases, for work that would be many launches. A block of lanes goes through the phases together:
// in each, every lane does its part, and the next begins when all are done and see what the others have written. Lanes
// of one phase must not meet in memory. Different blocks never meet.
//
//   struct my_kernel {                        // at namespace scope
//     static constexpr unsigned threads = 64;  // lanes of a block
//     struct shared { float x[64]; };          // what the lanes of a block share; nothing initializes it
//     struct own { float sum; };               // a lane's own numbers, which live from phase to phase: its registers
//     float* to;
//     template <class Block>
//     VSCG_HD void operator()(Block& block) const {
//       block.lanes([&](unsigned lane, own& mine) { … block.shared().x[lane] = mine.sum; });
//       block.lanes([&](unsigned lane, own& mine) { … block.shared().x[63 - lane] … block.number() … });
//     }
//   };
//
// What stands outside the phases is the same for all lanes. A device runs it once in each thread, so it must not write.
// A lane's own arrays become registers only if all indices are known while compiling: unroll the loops over them.
//
// backend().blocks(n, my_kernel{…}) launches blocks 0 … n-1. A .cu file instantiates it: see kernels.cuh.

#if defined(__CUDACC__)
#define VSCG_CUDA_UNROLL _Pragma("unroll")
#else
#define VSCG_CUDA_UNROLL
#endif

namespace vscg::cuda_detail {

/// Bytes that the lanes of a block can share on every device of compute capability 7.5 or newer.
inline constexpr std::size_t most_shared_bytes = 65536;
/// More than this a kernel has to ask for.
inline constexpr std::size_t most_shared_bytes_unasked = 49152;
inline constexpr unsigned most_lanes = 1024;

/// What `blocks` can launch.
template <class Kernel>
concept phased_kernel =
    std::is_trivially_copyable_v<Kernel> && std::is_trivially_default_constructible_v<typename Kernel::shared> &&
    std::is_trivially_default_constructible_v<typename Kernel::own> &&
    std::same_as<decltype(Kernel::threads), const unsigned> && Kernel::threads >
0 && Kernel::threads <= most_lanes && sizeof(typename Kernel::shared) <= most_shared_bytes;

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
