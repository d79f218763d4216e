// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>

// Error messages for when memory runs out.

namespace programs {

/// Whether the system would grant a block now; the block is not touched.
inline bool grants(std::size_t bytes) {
  void* volatile block = std::malloc(bytes);  // volatile: compilers remove a block that nobody uses
  std::free(block);
  return block != nullptr;
}

/// The size in bytes of the largest block that the system would grant now.
inline std::size_t largest_block() {
  std::size_t granted = 0;
  for (std::size_t step = std::size_t{1} << 46U; step >= (std::size_t{1} << 16U); step /= 2) {
    if (grants(granted + step)) granted += step;
  }
  return granted;
}

/// "memory: expected room for <what>, found at most 512 MiB in one piece"
inline vscg::expectation_error no_room(const std::string& what) {
  return {"memory", "room for " + what, "at most " + vscg::bytes_text(largest_block()) + " in one piece"};
}

/// Does `work`; if memory runs out, the error says what it was for.
template <class Work>
auto with_room_for(const std::string& what, Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw no_room(what);
  }
}

}  // namespace programs
