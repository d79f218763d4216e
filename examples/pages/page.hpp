// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/io/json.hpp>

#include "pages/embedded.hpp"
#include "pages/markup.hpp"
#include "pages/plots.hpp"

namespace pages {

/// A column of a table; numbers are aligned to the right.
struct column {
  markup title;
  bool number = true;
};

/// Rows of cells under a head. The first cell of a row names it.
struct table {
  std::vector<column> columns;
  std::vector<std::vector<markup>> rows;
  markup caption = {};
};

/// One self-contained HTML page: no part of it is loaded from elsewhere. It follows the reader's choice of light or
/// dark and fits narrow screens. All texts are escaped.
///
///   pages::page page("Results");
///   page.section("Accuracy").paragraph("Mean of three seeds.");
///   page.table({{{"network", false}, {"accuracy, %"}}, {{"VSCG", "79.7"}}});
///   page.plot(json_of(pages::dot_plot{"", {"accuracy, %"}, {"VSCG"}, {{"ours", {79.7}, {79.1}, {80.2}}}}));
///   page.write("results.html");
class page {
 public:
  explicit page(std::string title) : title_(std::move(title)) {
    data_["plots"] = data_["maps"] = vscg::io::json::array();
  }

  /// Begins a section; the page's head links to it.
  page& section(const std::string& title) {
    const std::string id = "section-" + std::to_string(++sections_);
    contents_ += element("a", {{"href", "#" + id}}, title);
    return add(element("h2", {{"id", id}}, title));
  }
  page& subsection(const markup& title) { return add(element("h3", title)); }
  page& paragraph(const markup& content) { return add(element("p", content)); }

  page& add(const markup& content) {
    body_ += content;
    body_ += markup::raw("\n");
    return *this;
  }

  /// Throws vscg::expectation_error when a row has another number of cells than the head.
  page& table(const pages::table& content) { return add(markup_of(content)); }

  /// Adds plots (see json_of), beside each other where there is room.
  page& plots(const std::vector<vscg::io::json>& all) {
    markup figures;
    for (const auto& one : all) {
      figures += element("figure", {{"class", "plot"}, {"data-plot", std::to_string(data_["plots"].size())}},
                         element("figcaption", one.at("title").get<std::string>()));
      data_["plots"].push_back(one);
    }
    return add(element("div", {{"class", "plots"}}, figures));
  }
  page& plot(const vscg::io::json& one) { return plots({one}); }

  /// The page's block of JSON: what it shows, for programs. `plots` and `maps` are in it; add other fields as you like.
  vscg::io::json& data() { return data_; }

  std::string text() const {
    // Inside <script>, only "<" could end the block or begin a comment; in JSON it may always be written like this.
    std::string json = vscg::io::json_dump(data_);
    for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos;) json.replace(at, 1, "\\u003c");
    const std::string name = markup(title_).html();
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    html += "<meta name=\"color-scheme\" content=\"light dark\">\n";
    html += "<link rel=\"icon\" href=\"data:,\">\n<title>" + name + "</title>\n<style>\n";
    html += std::string(page_style) + "</style>\n</head>\n<body>\n<header><h1>" + name + "</h1>";
    if (sections_ > 1) html += "\n<nav>" + contents_.html() + "</nav>";
    html += "</header>\n<main>\n" + body_.html() + "</main>\n";
    html += "<script type=\"application/json\" id=\"data\">" + json + "</script>\n";
    if (!data_["plots"].empty()) html += "<script>" + std::string(chart_library) + "</script>\n";
    html += "<script>\n" + std::string(page_script) + "</script>\n</body>\n</html>\n";
    return html;
  }

  /// Writes the page atomically.
  void write(const std::filesystem::path& file) const { vscg::write_file(file, text()); }

  static markup markup_of(const pages::table& content) {
    markup head, body;
    for (const column& one : content.columns) {
      head += element("th", {{"scope", "col"}, {"class", one.number ? "number" : "text"}}, one.title);
    }
    for (const auto& row : content.rows) {
      if (row.size() != content.columns.size()) {
        throw vscg::expectation_error("row of a table", std::to_string(content.columns.size()) + " cells",
                                      std::to_string(row.size()));
      }
      markup cells;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string kind = content.columns[c].number ? "number" : "text";
        cells += c == 0 ? element("th", {{"scope", "row"}, {"class", kind}}, row[c])
                        : element("td", {{"class", kind}}, row[c]);
      }
      body += element("tr", cells) + markup::raw("\n");
    }
    markup all;
    if (!content.caption.html().empty()) all += element("caption", content.caption);
    all += element("thead", element("tr", head)) + element("tbody", body);
    return element("div", {{"class", "wide"}}, element("table", all));
  }

 private:
  std::string title_;
  std::size_t sections_ = 0;
  markup contents_, body_;
  vscg::io::json data_;
};

}  // namespace pages
