// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <vscg/io/json.hpp>

#include "pages/markup.hpp"

// Rows of a fixed number of places, one for each second of a video, which stand below each other: the second's events,
// what is wrong in it, its picture, and a map over that.

namespace pages {

/// Something that lasts from place `begin` to `end` (excluded).
struct span_of_strip {
  std::size_t begin = 0, end = 0;
  std::size_t color = 0;
  std::string text, hint;
};

/// A row of `places`: 0, 1, 2 ...
inline markup numbers_strip(std::size_t places) {
  markup cells;
  for (std::size_t i = 0; i < places; ++i) cells += element("span", std::to_string(i));
  return element("div", {{"class", "strip seconds"}}, cells);
}

/// Events in their places.
inline markup events_strip(std::size_t places, const std::vector<span_of_strip>& events) {
  markup cells;
  for (const auto& event : events) {
    const std::string place = "grid-column:" + std::to_string(event.begin + 1) + "/" + std::to_string(event.end + 1);
    const std::string color = ";--color:var(--series-" + std::to_string(event.color % 8) + ")";
    cells += element("span", {{"class", "event"}, {"style", place + color}, {"title", event.hint}}, event.text);
  }
  return element("div", {{"class", "strip events"}, {"style", "--places:" + std::to_string(places)}}, cells);
}

/// Marks under the places where `hints` is not empty.
inline markup marks_strip(const std::vector<std::string>& hints) {
  markup cells;
  for (const std::string& hint : hints) {
    cells += hint.empty() ? element("span", "") : element("span", {{"class", "mark"}, {"title", hint}}, "×");
  }
  return element("div", {{"class", "strip marks"}}, cells);
}

/// One picture for each place, as data: URIs; an empty one is left out. page.js shows pictures of the same `name` again
/// below maps.
inline markup pictures_strip(const std::string& name, const std::vector<std::string>& uris) {
  markup cells;
  for (std::size_t i = 0; i < uris.size(); ++i) {
    const std::string hint = "second " + std::to_string(i);
    cells += uris[i].empty() ? element("span", {{"class", "map"}, {"title", hint + ": no picture"}}, "")
                             : element("span", {{"class", "map"}, {"data-name", name + "/" + std::to_string(i)}},
                                       markup::raw("<img alt=\"" + hint + "\" src=\"" + uris[i] + "\">"));
  }
  return element("div", {{"class", "strip maps"}}, cells);
}

/// A square of numbers for each place, drawn by page.js over the picture of the same name and place, if there is one. A
/// region has the full color where its number is at least `full`. The numbers go to `data`, a page's block of JSON, in
/// its list `maps`.
inline markup maps_strip(vscg::io::json& data, const std::string& name, const std::vector<std::vector<float>>& maps,
                         double full) {
  markup cells;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    vscg::io::json map;
    map["full"] = full;
    map["values"] = vscg::io::json::array();
    double most = 0;
    for (const float value : maps[i]) {
      most = std::max(most, static_cast<double>(value));
      map["values"].push_back(std::round(static_cast<double>(value) * 1e5) / 1e5);
    }
    const std::string number = std::to_string(data["maps"].size());
    data["maps"].push_back(map);
    const std::string hint =
        "second " + std::to_string(i) + ": at most " + number_text(100 * most) + " % in one region";
    cells += element("span",
                     {{"class", "map"},
                      {"data-map", number},
                      {"data-over", name + "/" + std::to_string(i)},
                      {"role", "img"},
                      {"aria-label", hint},
                      {"title", hint}},
                     "");
  }
  return element("div", {{"class", "strip maps"}}, cells);
}

}  // namespace pages
