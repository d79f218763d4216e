// SPDX-License-Identifier: MIT
#pragma once

#define VSCG_VERSION_MAJOR 0
#define VSCG_VERSION_MINOR 1
#define VSCG_VERSION_PATCH 0
#define VSCG_VERSION "0.1.0"

// Kernels run on the host and, compiled by nvcc, on a device.
#if defined(__CUDACC__)
#define VSCG_HD __host__ __device__
#else
#define VSCG_HD
#endif

#if defined(__GNUC__) || defined(__clang__)
#define VSCG_ALWAYS_INLINE inline __attribute__((always_inline))
#define VSCG_NOINLINE __attribute__((noinline))
#else
#define VSCG_ALWAYS_INLINE inline
#define VSCG_NOINLINE
#endif
