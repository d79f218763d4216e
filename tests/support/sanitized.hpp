// SPDX-License-Identifier: MIT
#pragma once

// VSCG_TEST_SANITIZED is 1 if a sanitizer brings its own allocator and reserves most of the address space, otherwise 0.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VSCG_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define VSCG_TEST_SANITIZED 1
#endif
#endif
#if !defined(VSCG_TEST_SANITIZED)
#define VSCG_TEST_SANITIZED 0
#endif
