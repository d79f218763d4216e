// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/random.hpp>
#include <vscg/io/json.hpp>
#include <vscg/train/ave/labels.hpp>
#include <vscg/vscg.hpp>

#include "margin.hpp"

// Golden values: outputs, loss, gradients and 20 steps of Adam, computed in double by the authors' networks. Weights
// and inputs depend only on (seed, name, index); every number in every file found is checked on every backend.

namespace golden {

using vscg::shape;

/// The generator of the files: weights, inputs and labels.
class generator {
 public:
  generator(std::string_view name, std::uint64_t seed) : hash_(vscg::fnv1a(name) ^ (seed * 0x9E3779B97F4A7C15ULL)) {}
  double uniform(std::uint64_t i) const {
    std::uint64_t z = hash_ + (i + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    z ^= z >> 31U;
    return static_cast<double>(z >> 11U) * 0x1p-53;
  }
  double centered(std::uint64_t i) const { return 2 * uniform(i) - 1; }

 private:
  std::uint64_t hash_;
};

template <class T>
T rounded(double x) {
  return static_cast<T>(static_cast<float>(x));
}

template <class T>
std::vector<T> weight(const vscg::parameter_entry& entry, std::uint64_t seed) {
  const generator g(entry.name, seed);
  std::vector<T> values(entry.elements);
  const bool norm_scale =
      entry.shape.size() == 1 && entry.name.find("norm") != std::string::npos && entry.name.ends_with("weight");
  double bound = 0.1;
  if (entry.shape.size() > 1) {
    double rest = 1;
    for (std::size_t i = 2; i < entry.shape.size(); ++i) rest *= static_cast<double>(entry.shape[i]);
    bound = std::sqrt(6.0 / (static_cast<double>(entry.shape[0] + entry.shape[1]) * rest));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = rounded<T>((norm_scale ? 1.0 : 0.0) + bound * g.centered(i));
  }
  return values;
}

template <class T>
std::vector<T> features(std::string_view name, double scale, std::size_t count, std::uint64_t seed) {
  const generator g(name, seed);
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = rounded<T>(scale * std::max(0.0, g.centered(i)));
  return values;
}

/// The network's inputs: audio, visual and, for one that takes three, the noise of its contrast.
template <class Network, class T>
auto inputs_for(std::size_t items, std::uint64_t seed) {
  const std::tuple both{features<T>("audio", 1.5, items * 10 * 128, seed),
                        features<T>("visual", 2, items * 10 * 49 * 512, seed)};
  if constexpr (vscg::inputs_of<Network>::count == 2) {
    return both;
  } else {
    const generator g("noise", seed);
    std::vector<T> noise(items * 10 * 256);
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = rounded<T>(0.1 * std::sqrt(3.0) * g.centered(i));
    return std::tuple_cat(both, std::tuple{noise});
  }
}

template <class T>
struct label_set {
  std::vector<std::uint8_t> classes;  // [B, 10]
  std::vector<T> tags;                // [B, 29]
  std::size_t items = 0;
  vscg::train::labels<T> view() const { return {items, 10, 28, classes, tags}; }
};

template <class T>
label_set<T> labels(std::size_t items, std::uint64_t seed, const vscg::io::json& spans) {
  const generator g("labels", seed);
  label_set<T> set;
  set.items = items;
  set.classes.assign(items * 10, 28);
  set.tags.assign(items * 29, T(0));
  for (std::size_t b = 0; b < items; ++b) {
    const auto category = static_cast<std::size_t>(28 * g.uniform(3 * b));
    const auto start = static_cast<std::size_t>(6 * g.uniform(3 * b + 1));
    const auto length = static_cast<std::size_t>(g.uniform(3 * b + 2) * static_cast<double>(10 - start));
    const std::size_t end = std::min<std::size_t>(10, start + 1 + length);
    REQUIRE(spans[b] == vscg::io::json::array({category, start, end}));
    for (std::size_t t = start; t < end; ++t) set.classes[b * 10 + t] = static_cast<std::uint8_t>(category);
    set.tags[b * 29 + category] = static_cast<T>(end - start) / T(10);
    set.tags[b * 29 + 28] = static_cast<T>(10 - (end - start)) / T(10);
  }
  return set;
}

/// How far numbers may be from those of the files: the worst of them, and the median of all. A network has thresholds
/// and maxima, so where products are rounded much, single gradients fall to the other side and say little.
struct tolerance {
  double worst, median;
  double gradients = worst;  ///< the worst of gradients
};

/// How many numbers a network has, and how many of them its loss reaches.
struct parameter_counts {
  std::size_t all = 0;
  std::size_t reached = 0;
  bool operator==(const parameter_counts&) const = default;
};

/// Keeps the error of every comparison, and reports the first few that fail.
class comparison {
 public:
  comparison(std::string name, tolerance allowed) : name_(std::move(name)), allowed_(allowed), limit_(allowed.worst) {}

  parameter_counts parameters;

  /// From now on gradients are compared.
  void begin_gradients() { limit_ = allowed_.gradients; }
  void number(const std::string& what, double got, double expected, double scale) {
    const double error = std::abs(got - expected) / scale;
    errors_.push_back(std::isnan(error) ? INFINITY : error);
    if (error <= limit_) return;
    if (++failures_ <= 5) MESSAGE(name_ << ": " << what << " is " << got << ", expected " << expected);
  }
  /// shape, sum, l2 and sampled values of one array.
  template <class T>
  void array(const std::string& what, std::span<const T> got, const vscg::io::json& expected) {
    std::size_t count = 1;
    for (const auto& e : expected.at("shape")) count *= e.template get<std::size_t>();
    REQUIRE_MESSAGE(got.size() == count, name_ << ": " << what << " has " << got.size() << " numbers");
    const double l2 = expected.at("l2");
    if (l2 < 1e-14) {  // zero by mathematics, and only rounding in the file
      const double largest = allowed_.worst < 1e-6 ? 1e-12 : 1e-6;
      for (const T x : got) number(what, static_cast<double>(x) * allowed_.worst, 0, largest);
      return;
    }
    const double root = std::sqrt(static_cast<double>(count));
    double sum = 0;
    double squares = 0;
    for (const T x : got) {
      sum += static_cast<double>(x);
      squares += static_cast<double>(x) * static_cast<double>(x);
    }
    number(what + " sum", sum, expected.at("sum"), l2 * root + tiny);
    number(what + " l2", std::sqrt(squares), l2, l2 + tiny);
    const auto& index = expected.at("index");
    const auto& value = expected.at("value");
    for (std::size_t i = 0; i < index.size(); ++i) {
      const double want = value[i];
      number(what + "[" + std::to_string(index[i].template get<std::size_t>()) + "]",
             static_cast<double>(got[index[i].template get<std::size_t>()]), want,
             std::max(std::abs(want), l2 / root) + tiny);
    }
  }
  tolerance errors() const {
    REQUIRE(!errors_.empty());
    auto sorted = errors_;
    std::ranges::sort(sorted);
    return {sorted.back(), sorted[sorted.size() / 2]};
  }
  void finish() const {
    const tolerance found = errors();
    std::cout << name_ << ": " << errors_.size() << " numbers, worst " << found.worst << " of " << limit_ << ", median "
              << found.median << " of " << allowed_.median << '\n';
    CHECK_MESSAGE(failures_ == 0, name_ << ": " << failures_ << " of " << errors_.size() << " numbers differ");
    CHECK(found.median <= allowed_.median);
  }

 private:
  static constexpr double tiny = 1e-300;
  std::string name_;
  tolerance allowed_;
  double limit_;
  std::vector<double> errors_;
  std::size_t failures_ = 0;
};

/// The outputs under the files' names; attention is not among them. One file numbers its outputs.
template <class Views, class F>
void each_named_output(const Views& views, const vscg::io::json& outputs, F f) {
  const bool numbered = outputs.contains("out0");
  std::size_t number = 0;
  visit_members(views, [&](const auto& field, std::string_view name) {
    if (name == "attention") return;
    f(numbered ? "out" + std::to_string(number++) : std::string(name), field.values());
  });
}

/// What is compared in double: everything, or all but the steps of training, which take ten times as long. Float never
/// takes them: it rounds each one.
enum class extent { everything, up_to_gradients };

template <class T>
constexpr tolerance usual_tolerance = std::is_same_v<T, double> ? tolerance{1e-9, 1e-9} : tolerance{1e-4, 1e-4};

/// A network with square roots, whose slope near 0 has no bound: its gradients in float say less. (In double, weights
/// and inputs of dmin_fully that are moved by 4e-7 of themselves move sums of its gradients by up to 4e-3 of their
/// size, by 1e-6 up to 1.8e-2.)
constexpr tolerance of_roots{1e-4, 1e-4, 1e-2};

/// The network of the files. They have the same τ everywhere.
template <class Network>
Network as_recorded() {
  Network net{};
  if constexpr (requires { net.propagation.tau; }) net.propagation.tau = 0.099;
  return net;
}

/// Compares with one file on one network, loss, scalar and backend; nothing if a float may decide differently.
template <class Network, class Loss, class T, class Backend>
std::optional<comparison> compare_file(const std::filesystem::path& path, tolerance allowed, extent compared) {
  const auto file = vscg::io::read_json(path);
  const std::uint64_t seed = file.at("seed");
  const std::size_t items = file.at("batch");
  constexpr bool exact = std::is_same_v<T, double>;
  comparison compare(path.filename().string() + (exact ? " double " : " float ") + Backend::name, allowed);

  vscg::model<Network, T, Backend> net{vscg::seed{1}, as_recorded<Network>()};
  const auto& table = net.weights().table();
  REQUIRE(table.entries.size() == file.at("parameters").size());
  for (const auto& entry : table.entries) {
    REQUIRE_MESSAGE(file.at("parameters").contains(entry.name), entry.name << " is not a name of " << path);
    REQUIRE(file.at("parameters").at(entry.name) == vscg::io::json(entry.shape));
    net.weights().set(entry.name, weight<T>(entry, seed));
  }
  const auto inputs = inputs_for<Network, T>(items, seed);
  compare.array("audio", std::span<const T>(std::get<0>(inputs)), file.at("audio"));
  compare.array("visual", std::span<const T>(std::get<1>(inputs)), file.at("visual"));
  const auto set = labels<T>(items, seed, file.at("spans"));

  if constexpr (!exact) {
    vscg::weights<Network, double, vscg::cpu> reference{vscg::zeroed, as_recorded<Network>()};
    for (const auto& entry : table.entries) reference.set(entry.name, weight<double>(entry, seed));
    const double margin = smallest_margin(reference, inputs_for<Network, double>(items, seed), items);
    if (margin < 1e-6) {
      std::cout << path.filename().string() << " float: skipped: margin " << margin << '\n';
      return std::nullopt;
    }
  }

  vscg::session<Network, T, Backend> session(net.weights(), vscg::threads{2}, vscg::batch_capacity{items});
  const auto views = std::apply([&](const auto&... input) { return session.infer(input...); }, inputs);
  std::size_t outputs = 0;
  each_named_output(views, file.at("outputs"), [&](const std::string& name, auto values) {
    if (!file.at("outputs").contains(name)) return;
    ++outputs;
    compare.array(name, values, file.at("outputs").at(name));
  });
  CHECK(outputs == file.at("outputs").size());

  std::array<std::vector<T>, Loss::targets::count> targets;
  Loss::fill(set.view(), targets);
  vscg::trainer_options options;
  options.batch = items;
  options.dropout = false;
  vscg::trainer t{net, vscg::adam{1e-3}, Loss{}, vscg::threads{2}, options};
  const auto each_array = [&](auto f) {
    return std::apply([&](const auto&... array) { return f(array...); },
                      std::tuple_cat(std::apply([](const auto&... input) { return std::tie(input...); }, inputs),
                                     std::apply([](const auto&... target) { return std::tie(target...); }, targets)));
  };
  auto report = each_array([&](const auto&... array) { return t.gradients(array...); });
  compare.number("loss", report.total, file.at("loss"), std::abs(file.at("loss").get<double>()));
  std::size_t gradients = 0;
  compare.begin_gradients();
  for (const auto& entry : table.entries) {
    const auto gradient = t.gradient(entry);
    compare.parameters.all += entry.elements;
    compare.parameters.reached += gradient.size();
    CHECK_MESSAGE(gradient.empty() != file.at("gradients").contains(entry.name), entry.name);
    if (gradient.empty()) continue;
    ++gradients;
    compare.array("gradient of " + entry.name, std::span<const T>(gradient), file.at("gradients").at(entry.name));
  }
  CHECK(gradients == file.at("gradients").size());

  if (exact && compared == extent::everything) {
    const auto& losses = file.at("adam_losses");
    for (std::size_t step = 0; step < losses.size(); ++step) {
      report = each_array([&](const auto&... array) { return t.step(array...); });
      compare.number("loss of step " + std::to_string(step), report.total, losses[step],
                     std::abs(losses[step].template get<double>()));
    }
    for (const auto& entry : table.entries) {
      const auto trained = net.weights().get(entry.name);
      if (!t.reached(entry.id)) {
        CHECK(trained == weight<T>(entry, seed));
        continue;
      }
      compare.array("trained " + entry.name, std::span<const T>(trained), file.at("trained").at(entry.name));
    }
  }
  return compare;
}

/// Compares with every file "<name>.<seed>.json" in the folder; says "skipped" if there is none. A file that it skips
/// is not in the result.
template <class Network, class Loss, class T, class Backend>
std::vector<comparison> compare_all(const std::string& name, tolerance allowed, extent compared = extent::everything) {
  std::vector<comparison> all;
  const char* folder = std::getenv("VSCG_GOLDEN_DIR");
  std::size_t found = 0;
  if (folder != nullptr && std::filesystem::is_directory(folder)) {
    for (const auto& item : std::filesystem::directory_iterator(folder)) {
      const auto file = item.path().filename().string();
      if (!file.starts_with(name + ".") || !file.ends_with(".json")) continue;
      if (auto one = compare_file<Network, Loss, T, Backend>(item.path(), allowed, compared)) {
        all.push_back(std::move(*one));
      }
      ++found;
    }
  }
  if (found == 0) std::cout << "skipped: no " << name << ".*.json in VSCG_GOLDEN_DIR\n";
  return all;
}

template <class Network, class Loss, class T, class Backend>
void check_all(const std::string& name, tolerance allowed, extent compared = extent::everything) {
  for (const comparison& one : compare_all<Network, Loss, T, Backend>(name, allowed, compared)) one.finish();
}
template <class Network, class Loss, class T, class Backend>
void check_with_parameters(const std::string& name, parameter_counts expected) {
  for (const comparison& one : compare_all<Network, Loss, T, Backend>(name, usual_tolerance<T>)) {
    CHECK(one.parameters == expected);
    one.finish();
  }
}
template <class Network, class Loss, class T, class Backend>
void check_all(const std::string& name, extent compared = extent::everything) {
  check_all<Network, Loss, T, Backend>(name, usual_tolerance<T>, compared);
}

}  // namespace golden
