// SPDX-License-Identifier: MIT
// A run of another domain: a line through points in memory, with its own optimizer and settings.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/json.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/train/build.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/computed_on.hpp>
#include <vscg/train/run.hpp>
#include <vscg/train/summary.hpp>
#include <vscg/vscg.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

namespace {

using vscg::dyn;
using vscg::input_shapes;
using vscg::shape;

struct line {
  vscg::nn::linear<2, 1> through;
  VSCG_MEMBERS(through)
  using inputs = input_shapes<shape<dyn, 2>>;
  template <vscg::Var Point>
  auto operator()(const Point& point) const {
    return through(point);
  }
};

struct squares {
  using targets = input_shapes<shape<dyn, 1>>;
  static constexpr std::array<const char*, 1> term_names{"squares"};
  template <vscg::Var Height, vscg::Var Target>
  auto operator()(const Height& height, const Target& target) const {
    const auto term = vscg::batch_mean(vscg::mse_loss(height, target));
    return vscg::loss_terms{term, std::array{term}};
  }
};

struct patient : vscg::adam {
  static constexpr const char* name = "patient";
  explicit patient(double rate) : vscg::adam{.learning_rate = rate, .beta1 = 0.5} {}
};

struct point_settings : vscg::train::run_settings {
  std::size_t skip = 0;  // points at the end of each epoch
  template <class Settings, class F>
  static void for_each_setting(Settings& s, F&& f) {
    run_settings::for_each_setting(s, f);
    f("skip", s.skip);
  }
};

/// Points on 2 x - y + 0.5.
struct points {
  std::vector<double> at, height;
};

class point_task {
 public:
  using settings = point_settings;

  point_task(const point_settings& s, const vscg::weights<line, double, vscg::cpu>& w, vscg::threads n,
             const points& data)
      : settings_(s), data_(data), session_(w, n, vscg::batch_capacity{data.height.size()}) {}

  std::uint64_t identity() const { return data_.height.size(); }

  std::vector<std::vector<std::size_t>> batches(std::size_t epoch) const {
    std::vector<std::vector<std::size_t>> all;
    for (std::size_t first = 0; first + settings_.batch + settings_.skip <= data_.height.size();
         first += settings_.batch) {
      all.emplace_back();
      for (std::size_t i = 0; i < settings_.batch; ++i) all.back().push_back((first + i + epoch) % data_.height.size());
    }
    return all;
  }

  template <class Take>
  void for_each_batch(std::span<const std::vector<std::size_t>> lists, Take take, const std::function<bool()>&) {
    for (const auto& list : lists) {
      std::vector<double> at, height;
      for (const std::size_t i : list) {
        at.insert(at.end(), {data_.at[2 * i], data_.at[2 * i + 1]});
        height.push_back(data_.height[i]);
      }
      if (!take(at, height)) return;
    }
  }

  std::optional<vscg::train::measures> measure(std::size_t, const std::function<bool()>&) {
    const auto said = session_.infer(data_.at).values();
    double worst = 0;
    for (std::size_t i = 0; i < said.size(); ++i) worst = std::max(worst, std::abs(said[i] - data_.height[i]));
    ++seen_[0];
    return vscg::train::measures{1 / (1 + worst), 1 / (1 + worst)};
  }

  template <class F>
  void for_each_state(F f) {
    f("seen", seen_);
  }

 private:
  point_settings settings_;
  points data_;
  vscg::session<line, double, vscg::cpu> session_;
  std::vector<double> seen_{0};
};

template <class Optimizer>
using point_run = vscg::train::run<line, squares, Optimizer, double, vscg::cpu, point_task>;

points some_points() {
  points p;
  for (int i = 0; i < 12; ++i) {
    p.at.insert(p.at.end(), {std::sin(i), std::cos(3 * i)});
    p.height.push_back(2 * p.at[p.at.size() - 2] - p.at.back() + 0.5);
  }
  return p;
}

point_settings settings(std::size_t epochs) {
  point_settings s;
  s.network = "line";
  s.precision = "double";
  s.epochs = epochs;
  s.batch = 4;
  s.micro_batch = 2;
  s.learning_rate = 0.05;
  s.skip = 1;
  return s;
}

}  // namespace

template <>
inline constexpr vscg::network_identity vscg::identity_of<line>{"line", "straight", {{"axes", 2}}};

namespace {

template <class Optimizer = patient>
vscg::train::run_end train(const std::filesystem::path& out, const point_settings& s, std::size_t steps = 0) {
  point_run<Optimizer> r(s, vscg::threads{1}, vscg::io::metadata_of<line>(), some_points());
  std::size_t done = 0;
  vscg::train::run_callbacks callbacks;
  callbacks.step = [&](const vscg::train::step_report&) { ++done; };
  if (steps > 0) callbacks.stop = [&] { return done >= steps; };
  return r(vscg::train::run_folder::claim(out, std::filesystem::exists(out)), callbacks);
}

}  // namespace

TEST_CASE(
    "a build is described by the backend's own description, where its name does not say all that bits depend on") {
  struct calculating : vscg::cpu {
    static std::string description() { return "abacus on table 7"; }
  };
  using vscg::train::build_description_of;
  CHECK(contains(build_description_of<calculating>(), ", backend abacus on table 7, "));
  CHECK(contains(build_description_of<vscg::cpu>(), ", backend eigen, "));
}

TEST_CASE("a report says what computed its numbers, and how") {
  struct used {
    const char *device, *name, *precision;
  };
  struct calculating : vscg::cpu {
    static used card_in_use() { return {"abacus:7", "oak", "tf32"}; }
  };
  const auto fields = [](const vscg::train::computed_on& on) { return on.device + "/" + on.card + "/" + on.precision; };
  using vscg::train::computed_on_of;
  CHECK(fields(computed_on_of<float, calculating>()) == "abacus:7/oak/tf32");
  CHECK(fields(computed_on_of<double, calculating>()) == "abacus:7/oak/double");
  CHECK(fields(computed_on_of<float, vscg::cpu>()) == "cpu//float");
  CHECK(fields(computed_on_of<double, vscg::cpu>()) == "cpu//double");
  const auto text = vscg::train::summary_text(vscg::train::run_description<point_settings>{}, 6, 5, 1,
                                              computed_on_of<float, calculating>());
  const auto summary = vscg::io::parse_json(text, "summary");
  CHECK(summary.at("device") == "abacus:7");
  CHECK(summary.at("card") == "oak");
  CHECK(summary.at("precision") == "tf32");
  CHECK(summary.at("parameters") == 6);
  CHECK(summary.at("parameters_reached") == 5);
  CHECK(summary.at("step_seconds").is_null());
}

TEST_CASE("a network of another domain trains, is interrupted and continues with the same bits") {
  using namespace vscg::train;
  const temporary_folder here;
  REQUIRE(train(here / "whole", settings(100)) == run_end::finished);
  REQUIRE(train(here / "ended", settings(100), 61) == run_end::interrupted);
  REQUIRE(train(here / "ended", settings(100)) == run_end::finished);
  const auto whole = vscg::io::open_checkpoint(here / "whole" / "last.checkpoint");
  const auto ended = vscg::io::open_checkpoint(here / "ended" / "last.checkpoint");
  for (const char* name : {"weights.through.weight", "moment2.through.weight", "best.through.bias"}) {
    CHECK(whole.read<double>(whole.at(name)) == ended.read<double>(ended.at(name)));
  }
  CHECK(ended.read<double>(ended.at("seen"))[0] == 100);
  const auto description = description_of<point_settings>(ended);
  CHECK(description.settings.skip == 1);
  CHECK(description.position.steps == 200);  // 2 batches per epoch, from the 11 points that are not left out

  const auto summary = vscg::io::read_json(here / "whole" / "summary.json");
  CHECK(summary.at("finished") == true);
  CHECK(summary.at("settings").at("skip") == 1);
  CHECK(summary.at("test_accuracy").get<double>() > 0.9);
  CHECK(summary.at("device") == "cpu");
  CHECK(summary.at("card").is_null());
  CHECK(summary.at("precision") == "double");
  vscg::weights<line, double, vscg::cpu> best(vscg::seed{7});
  const auto metadata = vscg::io::load_weights(best, here / "whole" / "best.safetensors");
  CHECK(*metadata->find("axes") == "2");
  CHECK(std::abs(best.get("through.weight")[0] - 2) < 0.1);

  CHECK(contains(error_of([&] { train<vscg::adam>(here / "ended", settings(100)); }),
                 "last.checkpoint: expected a run with adam, found one with patient"));
  REQUIRE(train<vscg::sgd>(here / "descent", settings(4), 5) == run_end::interrupted);
  CHECK(contains(error_of([&] { train<vscg::adam>(here / "descent", settings(4)); }),
                 "last.checkpoint: expected a run with adam, found one with sgd"));
  REQUIRE(train<vscg::sgd>(here / "descent", settings(4)) == run_end::finished);
  auto other = settings(100);
  other.skip = 2;
  CHECK(contains(error_of([&] { train(here / "ended", other); }), "--skip: expected 1, as "));
}
