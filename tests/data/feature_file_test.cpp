// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/data/feature_file.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::data;

namespace {

const std::vector<std::size_t> visual_item = {10, 7, 7, 512};

feature_file open_visual(const small_ave& ave) {
  return feature_file(ave / "visual_feature.h5", visual_item, std::make_shared<std::mutex>());
}

// How many values, over all rows, differ from what the fixture wrote.
template <class T>
std::size_t wrong_values(const feature_file& file) {
  std::vector<T> video(visual_video_values);
  std::size_t wrong = 0;
  for (std::size_t row = file.rows(); row-- > 0;) {
    file.read(row, video.data());
    for (std::size_t i = 0; i < video.size(); ++i) wrong += video[i] == static_cast<T>(feature_value(row, i)) ? 0 : 1;
  }
  return wrong;
}

}  // namespace

TEST_CASE("every storage gives the same numbers, in float and double") {
  struct variant {
    std::string name;
    stored_as how;
    bool mapped;
    std::size_t videos_per_read;
  };
  const std::vector<variant> variants = {
      {"float64", {stored_as::float64}, true, 1},
      {"float32", {stored_as::float32}, true, 1},
      {"float16", {stored_as::float16}, true, 1},
      {"float64, big endian", {stored_as::float64_big}, true, 1},
      {"float32, big endian", {stored_as::float32_big}, true, 1},
      {"float16, big endian", {stored_as::float16_big}, true, 1},
      {"one video per chunk, compressed", {stored_as::float64, {1, 10, 7, 7, 512}, 1}, false, 1},
      {"half floats, compressed", {stored_as::float16, {1, 5, 7, 7, 512}, 1}, false, 1},
      {"big endian, chunked", {stored_as::float32_big, {1, 10, 7, 7, 128}}, false, 1},
      {"two videos per chunk, compressed", {stored_as::float32, {2, 3, 2, 7, 128}, 1}, false, 2},
  };
  for (const variant& v : variants) {
    CAPTURE(v.name);
    const small_ave ave;
    ave.write_features("visual_feature.h5", 3, v.how);
    const feature_file file = open_visual(ave);
    CHECK(file.rows() == 3);
    CHECK(file.mapped() == v.mapped);
    CHECK(file.videos_per_read() == v.videos_per_read);
    CHECK(wrong_values<float>(file) == 0);
    CHECK(wrong_values<double>(file) == 0);
  }
}

TEST_CASE("integers are converted") {
  const small_ave ave;
  write_array(ave / "audio_feature.h5", "avadataset", {2, 10, 128}, std::vector<double>(2560, 3.0), {stored_as::int32});
  std::vector<float> out(1280, 1.0F);
  const feature_file whole(ave / "audio_feature.h5", {10, 128}, std::make_shared<std::mutex>());
  whole.read(1, out.data());
  CHECK(out == std::vector<float>(1280, 3.0F));
}

TEST_CASE("NaN and infinity: file, video row and segment") {
  for (const bool compressed : {false, true}) {
    const stored_as how = compressed ? stored_as{stored_as::float64, {1, 10, 7, 7, 512}, 1} : stored_as{};
    small_ave ave;
    ave.write_features("visual_feature.h5", 2, how, 0, [](std::vector<double>& values) {
      values[visual_video_values + 4 * visual_segment_values + 17] = std::numeric_limits<double>::quiet_NaN();
      values[visual_video_values + 9 * visual_segment_values] = std::numeric_limits<double>::infinity();
    });
    feature_file file = open_visual(ave);
    std::vector<float> video(visual_video_values);
    CHECK_NOTHROW(file.read(0, video.data()));
    check_mentions(error_of([&] { file.read(1, video.data()); }),
                   {"visual_feature.h5: video row 1, segment 4", "finite", "NaN"});
    check_mentions(error_of([&] { file.use_cache(ave / ".vscg_cache", nullptr); }), {"video row 1, segment 4", "NaN"});
    CHECK_FALSE(std::filesystem::exists(ave / ".vscg_cache/visual_feature.float32"));
    CHECK_FALSE(std::filesystem::exists(ave / ".vscg_cache/visual_feature.float32.tmp"));
  }
  const small_ave ave;
  ave.write_features("visual_feature.h5", 1, {}, 0, [](std::vector<double>& values) { values.back() = -1e300; });
  std::vector<float> video(visual_video_values);
  std::vector<double> wide(visual_video_values);
  const feature_file file = open_visual(ave);
  check_mentions(error_of([&] { file.read(0, video.data()); }), {"video row 0, segment 9", "infinity"});
  CHECK_NOTHROW(file.read(0, wide.data()));
}

TEST_CASE("wrong shapes and types are refused, naming both") {
  const small_ave ave;
  const auto message = [&] { return error_of([&] { open_visual(ave); }); };
  ave.shape_only("visual_feature.h5", {6, 10, 49, 512});
  check_mentions(message(), {"visual_feature.h5 (avadataset)", "[N,10,7,7,512]", "[6,10,49,512]"});
  ave.shape_only("visual_feature.h5", {6, 10, 7, 7, 256});
  check_mentions(message(), {"[N,10,7,7,512]", "[6,10,7,7,256]"});
}

TEST_CASE("truncated, empty, foreign and missing files") {
  const small_ave ave;
  const auto message = [&] { return error_of([&] { open_visual(ave); }); };
  ave.write_features("visual_feature.h5", 2);
  std::filesystem::resize_file(ave / "visual_feature.h5", 3'000'000);
  check_mentions(message(), {"visual_feature.h5", "a complete HDF5 file", "3000000 bytes", "truncated"});
  ave.write_text("visual_feature.h5", "<html>Quota exceeded</html>");
  check_mentions(message(), {"visual_feature.h5", "an HDF5 file", "27 bytes"});
  ave.write_text("visual_feature.h5", "");
  check_mentions(message(), {"an HDF5 file", "0 bytes"});
  ave.remove("visual_feature.h5");
  check_mentions(message(), {"visual_feature.h5", "no such file"});
}

TEST_CASE("a file that is cut while it is mapped is an error, not a signal") {
  const small_ave ave;
  ave.write_features("visual_feature.h5", 2);
  const feature_file file = open_visual(ave);
  std::vector<float> video(visual_video_values);
  file.read(1, video.data());
  std::filesystem::resize_file(ave / "visual_feature.h5", 1'000'000);
  // Kernels before 5.14 cannot tell in advance: the process would end there.
  const int advice = ::madvise(nullptr, 0, 22);
  if (advice != 0) return;
  check_mentions(error_of([&] { file.read(1, video.data()); }), {"visual_feature.h5", "became shorter"});
}

TEST_CASE("the cache gives the same numbers and is written once") {
  const stored_as variants[] = {
      {stored_as::float64}, {stored_as::float32, {1, 10, 7, 7, 512}, 1}, {stored_as::float16, {2, 3, 2, 7, 128}, 1}};
  for (const stored_as& how : variants) {
    const small_ave ave;
    ave.write_features("visual_feature.h5", 3, how);
    std::vector<std::size_t> steps;
    const auto progress = [&](std::size_t done, std::size_t all) {
      CHECK(all == 3);
      steps.push_back(done);
    };
    feature_file file = open_visual(ave);
    file.use_cache(ave / ".vscg_cache", progress);
    CHECK(steps.back() == 3);
    CHECK(file.mapped());
    CHECK(file.videos_per_read() == 1);
    CHECK(wrong_values<float>(file) == 0);
    CHECK(wrong_values<double>(file) == 0);

    steps.clear();
    feature_file again = open_visual(ave);
    again.use_cache(ave / ".vscg_cache", progress);
    CHECK(steps.empty());
    CHECK(wrong_values<float>(again) == 0);
    CHECK_FALSE(std::filesystem::exists(ave / ".vscg_cache/visual_feature.float32.tmp"));
  }
}

TEST_CASE("a cache of another state of the source, or a truncated one, is written again") {
  const small_ave ave;
  const std::filesystem::path cache = ave / ".vscg_cache/visual_feature.float32";
  std::size_t written = 0;
  const auto use = [&] {
    written = 0;
    feature_file file = open_visual(ave);
    file.use_cache(ave / ".vscg_cache", [&](std::size_t, std::size_t) { ++written; });
    std::vector<float> video(visual_video_values);
    file.read(1, video.data());
    return video;
  };
  ave.write_features("visual_feature.h5", 2);
  CHECK(use()[5] == static_cast<float>(feature_value(1, 5)));
  CHECK(written == 2);

  ave.write_features("visual_feature.h5", 2, {}, 100);  // the same size but another time
  std::filesystem::last_write_time(
      ave / "visual_feature.h5", std::filesystem::last_write_time(ave / "visual_feature.h5") + std::chrono::seconds(1));
  CHECK(use()[5] == static_cast<float>(feature_value(101, 5)));
  CHECK(written == 2);

  std::filesystem::resize_file(cache, std::filesystem::file_size(cache) - 4);
  CHECK(use()[5] == static_cast<float>(feature_value(101, 5)));
  CHECK(written == 2);

  std::filesystem::resize_file(cache, 0);
  CHECK(use()[5] == static_cast<float>(feature_value(101, 5)));
  CHECK(written == 2);

  {  // Another layout or byte order: the first word differs.
    std::fstream file(cache, std::ios::in | std::ios::out | std::ios::binary);
    file.put('x');
  }
  use();
  CHECK(written == 2);
  use();
  CHECK(written == 0);
}

TEST_CASE("a cache that cannot be written is an error and leaves nothing") {
  const small_ave ave;
  ave.write_features("visual_feature.h5", 2);
  {
    feature_file file = open_visual(ave);
    ave.write_text(".vscg_cache", "in the way");
    check_mentions(error_of([&] { file.use_cache(ave / ".vscg_cache", nullptr); }), {".vscg_cache", "folder"});
    ave.remove(".vscg_cache");
  }
  // A limit on the size of files stands for a full disk.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 1'000'000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  feature_file file = open_visual(ave);
  const std::string message = error_of([&] { file.use_cache(ave / ".vscg_cache", nullptr); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  check_mentions(message, {".vscg_cache/visual_feature.float32", "File too large"});
  CHECK_FALSE(std::filesystem::exists(ave / ".vscg_cache/visual_feature.float32"));
  CHECK_FALSE(std::filesystem::exists(ave / ".vscg_cache/visual_feature.float32.tmp"));
  CHECK(wrong_values<float>(file) == 0);  // the source still reads
}

TEST_CASE("a file that the system does not map is read anyway") {
  const char* const never_mapped = "/sys/kernel/mm/transparent_hugepage/enabled";
  if (std::filesystem::exists(never_mapped)) CHECK(vscg::mapped_file(never_mapped).refused());

  const temporary_folder folder;
  const std::vector<std::size_t> wide = {2, 65536};
  hdf5_fixture_file(folder / "large.h5", "avadataset", {64, 2, 65536});  // a hole of 64 MiB
  {
    const double last = 2.5;
    std::fstream stream(folder / "large.h5", std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-8, std::ios::end);
    stream.write(reinterpret_cast<const char*>(&last), 8);
  }
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  if (pages > (std::size_t{1} << 28U)) {
    std::puts("skipped: a sanitizer needs all of the address space");
    return;
  }
  std::vector<double> row(131072);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  rlimit small = before;
  small.rlim_cur = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (24U << 20U);
  REQUIRE(::setrlimit(RLIMIT_AS, &small) == 0);
  std::vector<bool> mapped;
  std::vector<double> last;
  const std::string message = error_of([&] {
    feature_file file(folder / "large.h5", wide, std::make_shared<std::mutex>());
    for (int cached = 0; cached < 2; ++cached) {
      if (cached == 1) file.use_cache(folder / "cache", nullptr);  // 32 MiB
      mapped.push_back(file.mapped());
      file.read(63, row.data());
      last.push_back(row.back());
    }
  });
  ::setrlimit(RLIMIT_AS, &before);
  CHECK(message == "");
  CHECK(mapped == std::vector<bool>{false, false});
  CHECK(last == std::vector<double>{2.5, 2.5});
}

TEST_CASE("damage in and around compressed rows: file and row") {
  constexpr std::size_t rows = 1100;  // more chunks than are checked when the file is opened
  const temporary_folder folder;
  const std::filesystem::path path = folder / "packed.h5";
  std::vector<double> values(rows * 8);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 7);
  write_array(path, "avadataset", {rows, 2, 4}, values, {stored_as::float64, {1, 2, 4}, 1});
  // Where the numbers of a row are, and the index entry that says so: size, skipped filters, row.
  struct chunk {
    std::size_t place, bytes, entry;
  };
  const std::string whole = bytes_of(path);
  const auto chunk_of = [&](hsize_t row) {
    const hdf5_array array = hdf5_array::open(path, "avadataset");
    const hsize_t start[] = {row, 0, 0};
    unsigned mask = 0;
    haddr_t place = 0;
    hsize_t bytes = 0;
    REQUIRE(H5Dget_chunk_info_by_coord(array.id(), start, &mask, &place, &bytes) >= 0);
    const std::uint32_t first[] = {static_cast<std::uint32_t>(bytes), 0, static_cast<std::uint32_t>(row), 0};
    const std::size_t entry = whole.find(std::string(reinterpret_cast<const char*>(first), sizeof(first)));
    REQUIRE(entry != std::string::npos);
    return chunk{place, bytes, entry};
  };
  const chunk data = chunk_of(4), left_out = chunk_of(700);
  put_byte(path, data.place + data.bytes / 2, 0x5A);
  put_byte(path, left_out.entry + 4, 1);
  const feature_file file(path, {2, 4}, std::make_shared<std::mutex>());
  std::vector<double> row(8);
  check_mentions(error_of([&] { file.read(4, row.data()); }), {"packed.h5 (avadataset): rows from 4", "readable data"});
  check_mentions(error_of([&] { file.read(700, row.data()); }), {"packed.h5: video row 700", "chunk of 64 bytes"});
  file.read(1099, row.data());
  CHECK(row == std::vector<double>(values.end() - 8, values.end()));
}
