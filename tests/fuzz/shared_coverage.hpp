// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace fuzz {

// libFuzzer counts here what ran; the linker names the section's ends. The \1 makes other names of these for the
// compiler, which declares the usual ones itself where it instruments code.
extern char counters_begin asm("\1__start___sancov_cntrs");
extern char counters_end asm("\1__stop___sancov_cntrs");

/// Makes child processes count in the same memory as this one, so that libFuzzer sees what they ran. Only whole pages
/// can be shared; the counters at both ends of the section stay separate.
inline void share_coverage() {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(&counters_begin) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(&counters_end) / page * page;
  if (begin >= end) return;
  char* const pages = &counters_begin + (begin - reinterpret_cast<std::uintptr_t>(&counters_begin));
  const std::string counted(pages, end - begin);
  if (::mmap(pages, counted.size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != pages) {
    throw std::runtime_error("cannot share the coverage counters");
  }
  std::memcpy(pages, counted.data(), counted.size());
}

}  // namespace fuzz
