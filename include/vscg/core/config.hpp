// SPDX-License-Identifier: MIT
#pragma once

// Every header includes this one before it needs C++20. A missing file ends the compilation: many errors would follow.
#if __cplusplus < 202002L
#error "vscg needs C++20: compile with -std=c++20"
#include <the_error_before_says_what_is_missing>
#endif

#define VSCG_VERSION_MAJOR 0
#define VSCG_VERSION_MINOR 1
#define VSCG_VERSION_PATCH 0
#define VSCG_VERSION "0.1.0"

// Kernels run on the host, and on a device when nvcc compiles them.
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

// The instruction set that this file is compiled for, as an identifier: avx2_fma. Everything that computes, and every
// instantiation for a backend, lives in an inline namespace of this name. Files compiled for different instruction sets
// then keep their own code when linked together, and the linker reports an undefined symbol for a mismatch.
#if defined(__AVX512F__) && defined(__AVX512VL__) && defined(__AVX512DQ__) && defined(__AVX512BW__)
#define VSCG_DETAIL_VECTORS avx512
#elif defined(__AVX512F__)
#define VSCG_DETAIL_VECTORS avx512f
#elif defined(__AVX2__)
#define VSCG_DETAIL_VECTORS avx2
#elif defined(__AVX__)
#define VSCG_DETAIL_VECTORS avx
#elif defined(__SSE4_2__)
#define VSCG_DETAIL_VECTORS sse4_2
#elif defined(__SSE4_1__)
#define VSCG_DETAIL_VECTORS sse4_1
#elif defined(__SSSE3__)
#define VSCG_DETAIL_VECTORS ssse3
#elif defined(__SSE3__)
#define VSCG_DETAIL_VECTORS sse3
#elif defined(__SSE2__)
#define VSCG_DETAIL_VECTORS sse2
#elif defined(__ARM_FEATURE_SVE)
#define VSCG_DETAIL_VECTORS sve
#elif defined(__ARM_NEON)
#define VSCG_DETAIL_VECTORS neon
#else
#define VSCG_DETAIL_VECTORS generic
#endif
#if defined(__FMA__) || defined(__FMA4__)
#define VSCG_DETAIL_FMA _fma
#else
#define VSCG_DETAIL_FMA
#endif
#if defined(__FAST_MATH__)
#define VSCG_DETAIL_MATH _fast_math
#else
#define VSCG_DETAIL_MATH
#endif
#define VSCG_DETAIL_PASTE(vectors, fma, math) vectors##fma##math
#define VSCG_DETAIL_JOIN(vectors, fma, math) VSCG_DETAIL_PASTE(vectors, fma, math)
#define VSCG_INSTRUCTION_SET VSCG_DETAIL_JOIN(VSCG_DETAIL_VECTORS, VSCG_DETAIL_FMA, VSCG_DETAIL_MATH)
