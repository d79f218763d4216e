// SPDX-License-Identifier: MIT
#include "pages/page.hpp"

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <vscg/core/error.hpp>
#include <vscg/files/input_file.hpp>
#include <vscg/io/json.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

namespace {

const std::string hostile = "</script><b>&\"'\x80\x01";
const std::string escaped = "&lt;/script&gt;&lt;b&gt;&amp;&quot;&#39;\xEF\xBF\xBD\xEF\xBF\xBD";

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; at += what.size()) ++found;
  return found;
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

}  // namespace

TEST_CASE("texts are escaped wherever they stand") {
  pages::page page(hostile);
  page.section(hostile).section(hostile).subsection(hostile).paragraph(hostile);
  page.table({{{hostile, false}, {hostile}}, {{hostile, hostile}}, hostile});
  page.plot(json_of(pages::bar_plot{hostile, hostile, {hostile}, {hostile}, {{hostile, {1}}}}));
  page.data()["note"] = hostile;
  page.add(pages::element("p", {{"title", hostile}}, ""));
  const std::string text = page.text();
  // Title and heading, two headings with their links, then six texts, a plot's title and an attribute.
  CHECK(count(text, escaped) == 2 + 4 + 2 + 5 + 1 + 1);
  CHECK(count(text, "<b>") == 0);
  CHECK(count(text, "<script") == count(text, "</script>"));
  CHECK(count(text, "<script") == 3);
}

TEST_CASE("a page loads nothing from elsewhere, and carries its files as they are") {
  const char* const tests = std::getenv("VSCG_TESTS_DIR");
  REQUIRE(tests != nullptr);
  const auto files = std::filesystem::path(tests).parent_path() / "examples" / "pages";
  CHECK(vscg::input_file(files / "chart.min.js").text() == pages::chart_library);
  CHECK(vscg::input_file(files / "page.css").text() == pages::page_style);
  CHECK(vscg::input_file(files / "page.js").text() == pages::page_script);
  pages::page page("plain");
  CHECK_FALSE(contains(page.text(), std::string(pages::chart_library)));  // only where there is a plot
  page.plot(json_of(pages::line_plot{"", {}, {}, {{"a", {1, 2}, {3, 4}}}}));
  const std::string text = page.text();
  CHECK(contains(text, std::string(pages::chart_library)));
  for (const char* loads : {" src=", "@import", "url(", "<link rel=\"stylesheet", "fetch(", "XMLHttpRequest"}) {
    CAPTURE(loads);
    CHECK_FALSE(contains(text, loads));
  }
  CHECK(count(text, " href=") == count(text, " href=\"#") + 1);
  CHECK(count(text, " href=\"data:,\"") == 1);
}

TEST_CASE("the block of JSON has what the plots show") {
  const double none = std::numeric_limits<double>::quiet_NaN();
  pages::page page("numbers");
  page.data()["answer"] = 42;
  page.plots({json_of(pages::line_plot{"curve", {"epoch", 1, {}}, {"loss"}, {{"a", {1, 2}, {3.5, none}, 4, true}}}),
              json_of(pages::dot_plot{"dots", {"%"}, {"x", "y"}, {{"b", {1, 2}}, {"c", {3, 4}, {2, 3}, {4, 5}}}})});
  page.plot(json_of(pages::bar_plot{"bars", "error", {"0", "1"}, {"events"}, {{"d", {7, 8}}}}));
  const auto data = vscg::io::parse_json(
      between(page.text(), "<script type=\"application/json\" id=\"data\">", "</script>"), "the page's JSON");
  CHECK(data["answer"] == 42);
  const auto& plots = data["plots"];
  REQUIRE(plots.size() == 3);
  CHECK(vscg::io::json_dump(plots[0]) ==
        R"({"kind":"lines","title":"curve","x":{"title":"epoch","low":1.0},"y":{"title":"loss"},)"
        R"("series":[{"name":"a","color":4,"dashed":true,"x":[1.0,2.0],"y":[3.5,null]}]})");
  CHECK(vscg::io::json_dump(plots[1]) ==
        R"({"kind":"dots","title":"dots","x":{"title":"%"},"rows":["x","y"],"series":[)"
        R"({"name":"b","color":0,"at":[1.0,2.0]},)"
        R"({"name":"c","color":1,"at":[3.0,4.0],"low":[2.0,3.0],"high":[4.0,5.0]}]})");
  CHECK(plots[2]["series"][0]["y"][1] == 8);
  CHECK(contains(page.text(), "data-plot=\"2\""));
}

TEST_CASE("a table or a plot whose sizes do not fit is refused") {
  pages::page page("sizes");
  CHECK(error_of([&] { page.table({{{"a"}, {"b"}}, {{"1"}}}); }) == "row of a table: expected 2 cells, found 1");
  CHECK(error_of([] {
          json_of(pages::line_plot{"p", {}, {}, {{"s", {1, 2}, {1}}}});
        }) == "plot \"p\", \"s\": expected 2 numbers, found 1");
  CHECK(error_of([] {
          json_of(pages::dot_plot{"p", {}, {"r"}, {{"s", {}}}});
        }) == "plot \"p\", \"s\": expected 1 numbers, found 0");
  CHECK(error_of([] {
          json_of(pages::dot_plot{"p", {}, {"r"}, {{"s", {1}, {1}}}});
        }) == "plot \"p\", \"s: high\": expected 1 numbers, found 0");
  CHECK(error_of([] {
          json_of(pages::bar_plot{"p", "", {"r"}, {}, {{"s", {1, 2}}}});
        }) == "plot \"p\", \"s\": expected 1 numbers, found 2");
}

TEST_CASE("a page appears complete or not at all") {
  const temporary_folder folder;
  pages::page page("written");
  page.write(folder.path() / "page.html");
  CHECK(vscg::input_file(folder.path() / "page.html").text() == page.text());
  CHECK(contains(error_of([&] { page.write(folder.path() / "no" / "page.html"); }), "cannot write"));
}

TEST_CASE("numbers have the digits that were asked for") {
  CHECK(pages::number_text(79.651) == "79.7");
  CHECK(pages::number_text(0.5, 3) == "0.500");
  CHECK(pages::number_text(std::nan("")) == "–");
}
