// SPDX-License-Identifier: MIT
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/files/atomic_file.hpp>

#include "pages/matrix.hpp"
#include "report/choose_videos.hpp"
#include "report/pictures.hpp"
#include "report/run_names.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

TEST_CASE("chosen videos are wrong and right ones in turn, of different categories where possible") {
  using list = std::vector<std::size_t>;
  const list right{10, 0, 10, 3, 9, 0, 5, 10};
  const list category{0, 1, 0, 2, 3, 1, 1, 4};
  const auto chosen = [&](std::size_t count) { return report::choose_videos(right, category, count); };
  CHECK(chosen(0) == list{});
  CHECK(chosen(1) == list{1});           // the first with most segments wrong
  CHECK(chosen(2) == list{0, 1});        // and the first with most right
  CHECK(chosen(3) == list{0, 1, 3});     // not 5, which is of category 1 again
  CHECK(chosen(4) == list{0, 1, 3, 7});  // not 2, which is of category 0 again
  CHECK(chosen(100).size() == right.size());
  CHECK(report::choose_videos(list{}, list{}, 3) == list{});
}

TEST_CASE("names of runs are those of their folders, or whole paths where these are the same") {
  using list = std::vector<std::string>;
  CHECK(report::names_of_runs({"runs/a", "b/", "./c/../d"}) == list{"a", "b", "d"});
  CHECK(report::names_of_runs({"one/run", "two/run/", "run3"}) == list{"one/run", "two/run/", "run3"});
}

TEST_CASE("base64 is that of RFC 4648") {
  const std::vector<std::string> texts{"", "f", "fo", "foo", "foob", "fooba", "foobar"};
  const std::vector<std::string> coded{"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t i = 0; i < texts.size(); ++i) CHECK(report::base64(texts[i]) == coded[i]);
  CHECK(report::base64("\xFF\xFE\xFD") == "//79");
}

TEST_CASE("pictures are looked for by second; what is missing or no picture is said") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder / "id");
  const std::string jpeg = "\xFF\xD8\xFF\xE0 jpeg", png = "\x89PNG\r\n\x1A\n png";
  vscg::write_file(folder / "id/0.jpg", jpeg);
  vscg::write_file(folder / "id/1.jpeg", jpeg);
  vscg::write_file(folder / "id/2.png", png);
  vscg::write_file(folder / "id/3.jpg", png);  // its bytes say what it is
  vscg::write_file(folder / "id/4.jpg", "<svg onload=alert(1)>");
  vscg::write_file(folder / "id/10.jpg", jpeg);
  const auto found = report::read_pictures(folder.path(), "id");
  REQUIRE(found.uris.size() == 10);
  CHECK(found.uris[0] == "data:image/jpeg;base64," + report::base64(jpeg));
  CHECK(found.uris[1] == found.uris[0]);
  CHECK(found.uris[2] == "data:image/png;base64," + report::base64(png));
  CHECK(found.uris[3] == found.uris[2]);
  CHECK(found.uris[4].empty());
  REQUIRE(found.problems.size() == 6);
  CHECK(contains(found.problems[0], "id/4.jpg: expected a JPEG or PNG picture, found something else"));
  CHECK(contains(found.problems[1], "id/5: no .jpg, .jpeg or .png"));
  for (const char* const name : {"", ".", "..", "../id", "none"}) {
    CAPTURE(name);
    CHECK(report::read_pictures(folder.path(), name).problems.size() == 10);
  }
}

TEST_CASE("a matrix shows counts, shares of rows and the diagonal") {
  const std::string html = markup_of(pages::matrix{"m", {"a", "b"}, {"a", "b"}, {{3, 1}, {0, 0}}}).html();
  CHECK(contains(html, "<td class=\"same\" style=\"--share:0.750\" title=\"a → a\">3</td>"));
  CHECK(contains(html, "<td class=\"other\" style=\"--share:0.250\" title=\"a → b\">1</td>"));
  CHECK(contains(html, "<td class=\"other\"></td><td class=\"same\"></td>"));
  CHECK(error_of([] { markup_of(pages::matrix{"m", {"a"}, {"a"}, {}}); }) == "matrix \"m\": expected 1 rows, found 0");
  CHECK(error_of([] {
          markup_of(pages::matrix{"m", {"a"}, {"a", "b"}, {{1}}});
        }) == "matrix \"m\": expected 2 columns, found 1");
}
