// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

#include <doctest/doctest.h>

#include <vscg/train/peak_memory.hpp>

TEST_CASE("touched anonymous memory counts, even when it is gone; a mapped file does not") {
  constexpr std::size_t bytes = std::size_t{64} << 20U;
  vscg::train::peak_memory peak;
  const double before = peak.mib();
  CHECK(before > 0.0);

  // A file of 64 MiB without content, mapped and touched.
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  REQUIRE(std::fseek(file, static_cast<long>(bytes - 1), SEEK_SET) == 0);
  std::fputc(1, file);
  std::fflush(file);
  void* const mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, ::fileno(file), 0);
  REQUIRE(mapped != MAP_FAILED);
  unsigned sum = 0;
  for (std::size_t i = 0; i < bytes; i += 4096) sum += static_cast<const unsigned char*>(mapped)[i];
  CHECK(sum == 0);
  peak.sample();
  CHECK(peak.mib() < before + 16.0);
  ::munmap(mapped, bytes);
  std::fclose(file);

  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  for (std::size_t i = 0; i < bytes; i += 4096) static_cast<volatile unsigned char*>(memory)[i] = 1;
  peak.sample();
  CHECK(peak.mib() >= before + 63.0);
  CHECK(peak.mib() < before + 80.0);
  const double top = peak.mib();
  ::munmap(memory, bytes);
  peak.sample();
  CHECK(peak.mib() == top);
  CHECK(vscg::train::anonymous_memory_mib() < top - 32.0);
}
