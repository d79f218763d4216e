// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <string>
#include <sys/resource.h>
#include <tuple>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>
#include <hdf5.h>

#include <vscg/data/child_process.hpp>
#include <vscg/data/feature_file.hpp>
#include <vscg/data/hdf5_inspection.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::data;
using path = std::filesystem::path;

namespace {

const std::vector<std::size_t> item = {2, 4}, shape = {6, 2, 4};

std::vector<double> numbers() {
  std::vector<double> values(48);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

feature_file open_features(const path& file) { return feature_file(file, item, std::make_shared<std::mutex>()); }

std::vector<double> read_features(const path& file) {
  const feature_file features = open_features(file);
  std::vector<double> values(features.rows() * 8);
  for (std::size_t row = 0; row < features.rows(); ++row) features.read(row, values.data() + row * 8);
  return values;
}

std::string message_of(const path& file) {
  return error_of([&] { read_features(file); });
}

// Lets HDF5 change a file, which may be new.
void edit(const path& file, const std::function<void(hid_t)>& change) {
  const bool there = std::filesystem::exists(file);
  const hdf5_handle open(there ? H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                               : H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                         H5Fclose);
  REQUIRE(open);
  change(open.get());
}

// Makes an array of `sizes` with this plan and type; `written` of its rows get numbers.
void make_array(hid_t file, const char* key, const std::vector<hsize_t>& sizes, hid_t type, hid_t plan,
                std::size_t written = 0) {
  const hdf5_handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
  const hdf5_handle array(H5Dcreate2(file, key, type, space.get(), H5P_DEFAULT, plan, H5P_DEFAULT), H5Dclose);
  REQUIRE(array);
  if (written == 0) return;
  std::vector<hsize_t> count = sizes;
  const std::vector<hsize_t> start(sizes.size(), 0);
  count[0] = written;
  const hdf5_handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
  REQUIRE(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) >= 0);
  std::vector<double> values(48, 1.0);
  REQUIRE(H5Dwrite(array.get(), H5T_NATIVE_DOUBLE, memory.get(), space.get(), H5P_DEFAULT, values.data()) >= 0);
}

hdf5_handle chunked_plan(const std::vector<hsize_t>& chunk) {
  hdf5_handle plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(plan.get(), static_cast<int>(chunk.size()), chunk.data());
  return plan;
}

// Makes a virtual array whose rows [0, 3) come from `first` and [3, last) from `second`.
void make_virtual(const path& file, const char* first, const char* second, hsize_t last = 6) {
  edit(file, [&](hid_t id) {
    const hsize_t all[] = {6, 2, 4};
    const hdf5_handle plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose), space(H5Screate_simple(3, all, nullptr), H5Sclose);
    for (const hsize_t from : {hsize_t{0}, hsize_t{3}}) {
      const hsize_t start[] = {from, 0, 0}, count[] = {from == 0 ? 3 : last - 3, 2, 4};
      const hdf5_handle part(H5Scopy(space.get()), H5Sclose);
      REQUIRE(H5Sselect_hyperslab(part.get(), H5S_SELECT_SET, start, nullptr, count, nullptr) >= 0);
      REQUIRE(H5Pset_virtual(plan.get(), part.get(), from == 0 ? first : second, "data", part.get()) >= 0);
    }
    make_array(id, "avadataset", {6, 2, 4}, H5T_IEEE_F64LE, plan.get());
  });
}

}  // namespace

TEST_CASE("an external link is read in the file that it points to, a soft link is mapped") {
  const temporary_folder folder;
  {
    hdf5_fixture_file file(folder / "there.h5", "before", {1000});
    file.add("data", shape);
    file.write_all(numbers());
  }
  edit(folder / "external.h5", [](hid_t file) {
    H5Lcreate_external("there.h5", "/data", file, "avadataset", H5P_DEFAULT, H5P_DEFAULT);
    make_array(file, "padding", {5000}, H5T_IEEE_F64LE, H5P_DEFAULT, 0);
  });
  CHECK(read_features(folder / "external.h5") == numbers());
  CHECK_FALSE(open_features(folder / "external.h5").mapped());
  std::filesystem::create_directory(folder / "elsewhere");
  std::filesystem::create_symlink("../external.h5", folder / "elsewhere/external.h5");
  CHECK(read_features(folder / "elsewhere/external.h5") == numbers());

  edit(folder / "there.h5", [](hid_t file) { H5Lcreate_soft("/data", file, "avadataset", H5P_DEFAULT, H5P_DEFAULT); });
  CHECK(read_features(folder / "there.h5") == numbers());
  CHECK(open_features(folder / "there.h5").mapped());
}

TEST_CASE("a user block before the HDF5 file moves its bytes") {
  const temporary_folder folder;
  const hdf5_handle plan(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_userblock(plan.get(), 512);
  H5Fclose(H5Fcreate((folder / "block.h5").c_str(), H5F_ACC_TRUNC, plan.get(), H5P_DEFAULT));
  edit(folder / "block.h5", [](hid_t file) {
    make_array(file, "avadataset", {6, 2, 4}, H5T_IEEE_F32LE, H5P_DEFAULT, 6);
  });
  CHECK(read_features(folder / "block.h5") == std::vector<double>(48, 1.0));
  CHECK(open_features(folder / "block.h5").mapped());
}

TEST_CASE("links that lead nowhere: the link and where it points") {
  const temporary_folder folder;
  write_array(folder / "there.h5", "data", shape, numbers());
  const auto message = [&](const std::function<void(hid_t)>& change) {
    std::filesystem::remove(folder / "link.h5");
    edit(folder / "link.h5", change);
    return message_of(folder / "link.h5");
  };
  const auto external = [](const char* file, const char* name) {
    return [=](hid_t id) { H5Lcreate_external(file, name, id, "avadataset", H5P_DEFAULT, H5P_DEFAULT); };
  };
  const auto soft = [](const char* name, const char* key) {
    return [=](hid_t id) { H5Lcreate_soft(name, id, key, H5P_DEFAULT, H5P_DEFAULT); };
  };
  check_mentions(message(external("gone.h5", "/data")),
                 {"link.h5 (avadataset)", "external link to gone.h5:/data", "no such file"});
  check_mentions(message(external("there.h5", "/gone")), {"external link to there.h5:/gone", "doesn't exist"});
  check_mentions(message(soft("/a/b", "avadataset")), {"link.h5 (avadataset)", "soft link to /a/b", "nothing"});
  check_mentions(message(soft("/a/b", "another")), {"keys: another (a soft link to /a/b, where nothing is)"});
  check_mentions(message(soft("/avadataset", "avadataset")), {"soft link to /avadataset", "circle"});
  check_mentions(
      message([](hid_t id) { H5Gclose(H5Gcreate2(id, "avadataset", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); }),
      {"the key avadataset", "keys: avadataset (a group)"});
  std::filesystem::resize_file(folder / "there.h5", std::filesystem::file_size(folder / "there.h5") - 8);
  check_mentions(message(external("there.h5", "/data")),
                 {"external link to there.h5:/data", "there.h5: expected a complete HDF5 file"});
  std::filesystem::create_symlink("nowhere/features.h5", folder / "dangling.h5");
  check_mentions(message_of(folder / "dangling.h5"), {"dangling.h5", "a link to nowhere/features.h5", "no such file"});
}

TEST_CASE("a compression that HDF5 does not know is named") {
  const auto same = [](unsigned, std::size_t, const unsigned*, std::size_t bytes, std::size_t*, void**) {
    return bytes;
  };
  const temporary_folder folder;
  for (const auto& [number, stored, name] : {std::tuple{32000, "lzf", "32000 (lzf, h5py's"},
                                             {32015, "", "32015 (zstd)"},
                                             {40000, "my own", "40000 (my own)"}}) {
    const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, number, 1, 1, stored, nullptr, nullptr, same};
    REQUIRE(H5Zregister(&filter) >= 0);
    std::filesystem::remove(folder / "packed.h5");
    edit(folder / "packed.h5", [&, id = number](hid_t file) {
      const hdf5_handle plan = chunked_plan({1, 2, 4});
      H5Pset_filter(plan.get(), id, H5Z_FLAG_OPTIONAL, 0, nullptr);
      make_array(file, "avadataset", {6, 2, 4}, H5T_IEEE_F32LE, plan.get(), 6);
    });
    CHECK(read_features(folder / "packed.h5") == std::vector<double>(48, 1.0));
    REQUIRE(H5Zunregister(number) >= 0);
    check_mentions(message_of(folder / "packed.h5"), {"packed.h5 (avadataset)", "HDF5 1.", name, "gzip"});
  }
}

TEST_CASE("a filter that was made for other elements") {
  const temporary_folder folder;
  const path file = folder / "shuffled.h5";
  edit(file, [](hid_t id) {
    const hdf5_handle plan = chunked_plan({1, 2, 4});
    H5Pset_shuffle(plan.get());
    make_array(id, "avadataset", {6, 2, 4}, H5T_IEEE_F32LE, plan.get(), 6);
  });
  CHECK(read_features(file) == std::vector<double>(48, 1.0));
  const std::size_t name = bytes_of(file).find(std::string("shuffle\0\4", 9));
  REQUIRE(name != std::string::npos);
  put_byte(file, name + 8, 2);
  check_mentions(message_of(file), {"shuffled.h5 (avadataset)", "filter 2 (shuffle)", "other elements"});
}

TEST_CASE("rows that were never written are not zeros") {
  const temporary_folder folder;
  hdf5_fixture_file(folder / "none.h5", "avadataset", shape, {stored_as::float64, {}, 0, true});
  check_mentions(message_of(folder / "none.h5"), {"none.h5: video row 0", "written", "no numbers at all"});
  for (const bool filtered : {false, true}) {
    std::filesystem::remove(folder / "part.h5");
    edit(folder / "part.h5", [&](hid_t file) {
      const hdf5_handle plan = chunked_plan({2, 2, 4});
      if (filtered) H5Pset_deflate(plan.get(), 1);
      make_array(file, "avadataset", {6, 2, 4}, H5T_IEEE_F32LE, plan.get(), 4);
      make_array(file, "order", {6}, H5T_STD_I64LE, chunked_plan({2}).get(), 2);
    });
    check_mentions(message_of(folder / "part.h5"), {"part.h5: video row 4", "written", "2 of 3 chunks"});
    check_mentions(error_of([&] { read_hdf5(folder / "part.h5", "order", {{0}}); }), {"part.h5: entry 2", "written"});
  }
  hdf5_fixture_file(folder / "empty.h5", "order", {0}, {stored_as::int64, {}, 0, true});
  CHECK(read_hdf5(folder / "empty.h5", "order", {{0}}).values.empty());
}

TEST_CASE("a virtual array with all its sources, and without one") {
  const temporary_folder folder;
  write_array(folder / "one.h5", "data", shape, numbers());
  make_virtual(folder / "all.h5", "one.h5", "one.h5");
  CHECK(read_features(folder / "all.h5") == numbers());
  make_virtual(folder / "gone.h5", "one.h5", "two.h5");
  check_mentions(message_of(folder / "gone.h5"), {"gone.h5: rows 3 to 5", "two.h5:data", "no such file"});
  write_array(folder / "two.h5", "other", shape, numbers());
  check_mentions(message_of(folder / "gone.h5"), {"rows 3 to 5", "two.h5:data", "two.h5 (data)", "doesn't exist"});
  write_array(folder / "two.h5", "data", {4, 2, 4}, std::vector<double>(32, 1.0));
  check_mentions(message_of(folder / "gone.h5"), {"rows 3 to 5", "at least 6 entries", "[4,2,4]"});
  hdf5_fixture_file(folder / "two.h5", "data", shape, {stored_as::float64, {}, 0, true});
  check_mentions(message_of(folder / "gone.h5"), {"rows 3 to 5", "two.h5: video row 0", "written"});
  make_virtual(folder / "hole.h5", "one.h5", "one.h5", 5);
  check_mentions(message_of(folder / "hole.h5"), {"hole.h5: video row 5", "no source"});

  // The message that says how an array is laid out (type 8): version 4, class 3 (virtual).
  std::string bytes = bytes_of(folder / "all.h5");
  std::size_t place = 0;
  while (place + 10 < bytes.size() &&
         (bytes.compare(place, 2, std::string("\x08\0", 2)) != 0 || bytes.compare(place + 8, 2, "\x04\x03") != 0)) {
    ++place;
  }
  REQUIRE(place + 10 < bytes.size());
  put_byte(folder / "all.h5", place + 8, 9);
  check_mentions(message_of(folder / "all.h5"), {"all.h5 (avadataset)", "version", "this is HDF5 1.", "newer"});
}

TEST_CASE("numbers in a raw file that is short or gone") {
  const temporary_folder folder;
  const path raw = folder / "numbers.raw";
  edit(folder / "outside.h5", [&](hid_t file) {
    const hdf5_handle plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_external(plan.get(), raw.c_str(), 0, 384);
    make_array(file, "avadataset", {6, 2, 4}, H5T_IEEE_F64LE, plan.get(), 6);
  });
  CHECK(read_features(folder / "outside.h5") == std::vector<double>(48, 1.0));
  std::filesystem::resize_file(raw, 200);
  check_mentions(message_of(folder / "outside.h5"), {"outside.h5: video row 3", "384 bytes", "200 bytes"});
  std::filesystem::remove(raw);
  check_mentions(message_of(folder / "outside.h5"), {"video row 0", "numbers.raw", "no such file"});
}

TEST_CASE("only the IEEE types and integers are read, others are named") {
  const temporary_folder folder;
  const auto message = [&](hid_t type) {
    std::filesystem::remove(folder / "type.h5");
    const hdf5_handle owner(type, H5Tclose);
    edit(folder / "type.h5", [&](hid_t file) {
      const hdf5_handle plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
      H5Pset_alloc_time(plan.get(), H5D_ALLOC_TIME_EARLY);
      make_array(file, "avadataset", {6, 2, 4}, type, plan.get());
    });
    return message_of(folder / "type.h5");
  };
  const auto changed = [](hid_t type, const std::function<void(hid_t)>& change) {
    const hid_t copy = H5Tcopy(type);
    change(copy);
    return copy;
  };
  check_mentions(
      message(changed(H5T_IEEE_F64LE, [](hid_t type) { H5Tset_ebias(type, 1022); })),
      {"type.h5 (avadataset)", "float16, float32, float64", "a float of 64 bits whose exponent bias is 1022"});
  check_mentions(message(changed(H5T_IEEE_F32LE, [](hid_t type) { H5Tset_fields(type, 31, 22, 9, 0, 22); })),
                 {"a float of 32 bits whose exponent's first bit is 22"});
  check_mentions(message(changed(H5T_IEEE_F32LE, [](hid_t type) { H5Tset_norm(type, H5T_NORM_NONE); })),
                 {"a float of 32 bits whose mantissa's first digit is stored"});
  check_mentions(message(changed(H5T_NATIVE_LDOUBLE, [](hid_t) {})), {"a float of 128 bits"});
  check_mentions(message(changed(H5T_STD_I32LE, [](hid_t type) { H5Tset_precision(type, 20); })),
                 {"an integer of 32 bits of which 20 count"});
  check_mentions(message(H5Tcopy(H5T_C_S1)), {"strings"});
  check_mentions(message(H5Tcreate(H5T_OPAQUE, 8)), {"opaque"});
  check_mentions(message(H5Tcopy(H5T_STD_B8LE)), {"bit fields"});
  const auto enumeration = [](const char* no, const char* yes) {
    const hid_t type = H5Tenum_create(H5T_STD_I8LE);
    signed char value = 0;
    H5Tenum_insert(type, no, &value);
    value = 1;
    H5Tenum_insert(type, yes, &value);
    return type;
  };
  check_mentions(message(enumeration("NO", "YES")), {"enumeration"});
  CHECK(message(enumeration("FALSE", "TRUE")) == "");
  for (const hid_t type : {H5T_STD_I8LE, H5T_STD_U8BE, H5T_STD_I16BE, H5T_STD_U32LE, H5T_STD_U64BE}) {
    CHECK(message(H5Tcopy(type)) == "");
  }
}

TEST_CASE("one wrong byte of an array's header: an error or the same numbers, never a signal") {
  const temporary_folder folder;
  struct variant {
    const char* name;
    stored_as how;
  };
  for (const variant& v :
       {variant{"plain.h5", {stored_as::float64}}, {"packed.h5", {stored_as::float32, {2, 2, 4}, 1}}}) {
    const path file = folder / v.name;
    write_array(file, "avadataset", shape, numbers(), v.how);
    const std::string whole = bytes_of(file);
    const std::size_t begin = hdf5_array::open(file, "avadataset").header().value_or(0);
    std::size_t tried = 0, refused = 0, wrong = 0;
    std::mt19937 random(1);
    for (std::size_t place = begin; place < begin + 272; ++place) {
      // Messages begin at multiples of 8; their fifth byte holds flags, where 2 and 3 made HDF5 1.10 crash.
      const bool flags = place % 8 == 4;
      if (!flags && random() % 6 != 0) continue;
      put_byte(file, place, static_cast<unsigned char>(flags ? 2 + place / 8 % 2 : random() & 0xFFU));
      std::vector<double> found;
      const std::string message = error_of([&] { found = read_hdf5(file, "avadataset", {shape}).values; });
      ++tried;
      refused += message.empty() ? 0 : 1;
      wrong += message.empty() && found != numbers() ? 1 : 0;
      put_byte(file, place, static_cast<unsigned char>(whole[place]));
    }
    CHECK(tried > 50);
    CHECK(refused > 15);
    CHECK(wrong == 0);
  }
}

TEST_CASE("an array in its own header with fewer numbers than its shape needs") {
  const temporary_folder folder;
  const std::filesystem::path file_path = folder / "compact.h5";
  {
    const std::array<hsize_t, 3> sizes = {3, 2, 4};
    const vscg::data::hdf5_handle file(H5Fcreate(file_path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    const vscg::data::hdf5_handle space(H5Screate_simple(3, sizes.data(), nullptr), H5Sclose);
    const vscg::data::hdf5_handle plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_layout(plan.get(), H5D_COMPACT);
    const vscg::data::hdf5_handle array(
        H5Dcreate2(file.get(), "avadataset", H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, plan.get(), H5P_DEFAULT),
        H5Dclose);
    const std::vector<double> values(24, 0.5);
    REQUIRE(H5Dwrite(array.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  }
  const auto problem = [&] {
    std::array<float, 8> video{};
    return error_of([&] {
      vscg::data::feature_file(file_path, {2, 4}, std::make_shared<std::mutex>()).read(2, video.data());
    });
  };
  CHECK(problem().empty());
  std::string bytes = bytes_of(file_path);
  const std::size_t size = bytes.find(std::string("\x03\x00\x60\x00", 4));  // version, layout, 96 bytes
  REQUIRE(size != std::string::npos);
  for (const char fewer : {'\0', '\x08'}) {
    bytes[size + 2] = fewer;
    put_bytes(file_path, bytes);
    check_mentions(problem(), {file_path.string(), "expected 96 bytes as its shape needs, found"});
  }
}

TEST_CASE("if no child can be made, the file is read without one") {
  const temporary_folder folder;
  write_array(folder / "plain.h5", "avadataset", shape, numbers());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int next = ::open("/dev/null", O_RDONLY);
  ::close(next);
  rlimit one_more = before;
  one_more.rlim_cur = static_cast<rlim_t>(next) + 1;  // enough for the file but not for a pipe
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &one_more) == 0);
  const child_answer answer = ask_child([] {}, [] { return std::string(); });
  std::vector<double> found;
  const std::string message = error_of([&] { found = read_hdf5(folder / "plain.h5", "avadataset", {shape}).values; });
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(answer.result == child_answer::outcome::not_possible);
  CHECK(message == "");
  CHECK(found == numbers());
}
