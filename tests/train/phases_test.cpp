// SPDX-License-Identifier: MIT
// A run whose network and loss change after an epoch, as CACE-Net's do.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/weights.hpp>
#include <vscg/train/phases.hpp>
#include <vscg/train/run.hpp>
#include <vscg/vscg.hpp>

#include "support/temporary_folder.hpp"

namespace {

using vscg::dyn;
using vscg::input_shapes;
using vscg::shape;

/// A line through points. Only the grown one bends it.
template <bool Grown>
struct line {
  vscg::nn::linear<2, 1> through, bend;
  vscg::nn::dropout drop{0.2};
  VSCG_MEMBERS(through, bend, drop)
  using inputs = input_shapes<shape<dyn, 2>>;
  template <vscg::Var Point>
  auto operator()(const Point& point) const {
    const auto straight = through(drop(point));
    if constexpr (Grown) {
      const auto more = vscg::tanh(bend(drop(point)));
      return straight + more;
    } else {
      return straight;
    }
  }
};

/// The grown network's loss has one more term.
template <std::size_t Terms>
struct squares {
  using targets = input_shapes<shape<dyn, 1>>;
  static constexpr auto term_names = [] {
    constexpr std::array names{"squares", "again"};
    std::array<const char*, Terms> first{};
    for (std::size_t i = 0; i < Terms; ++i) first[i] = names[i];
    return first;
  }();
  template <vscg::Var Height, vscg::Var Target>
  auto operator()(const Height& height, const Target& target) const {
    const auto term = vscg::batch_mean(vscg::mse_loss(height, target));
    std::array<decltype(term * 1.0), Terms> terms{};
    for (auto& each : terms) each = term * 1.0;
    return vscg::loss_terms{term * static_cast<double>(Terms), terms};
  }
};

struct line_settings : vscg::train::run_settings {
  std::size_t best = 0;  // the epoch that measures best
  template <class Settings, class F>
  static void for_each_setting(Settings& s, F&& f) {
    run_settings::for_each_setting(s, f);
    f("best", s.best);
  }
};

template <class Network>
class line_task {
 public:
  using settings = line_settings;
  line_task(const line_settings& s, const vscg::weights<Network, double, vscg::cpu>&, vscg::threads) : settings_(s) {}
  std::uint64_t identity() const { return 7; }
  std::vector<std::vector<std::size_t>> batches(std::size_t epoch) const {
    return {{epoch, 1, 2, 3}, {4, 5, epoch + 1, 7}, {8, epoch, 3, 9}};
  }
  template <class Take>
  void for_each_batch(std::span<const std::vector<std::size_t>> lists, Take take, const std::function<bool()>&) {
    for (const auto& list : lists) {
      std::vector<double> at, height;
      for (const std::size_t i : list) {
        const auto x = static_cast<double>(i);
        at.insert(at.end(), {std::sin(x), std::cos(3 * x)});
        height.push_back(2 * std::sin(x) - std::cos(3 * x) + 0.5);
      }
      if (!take(at, height)) return;
    }
  }
  std::optional<vscg::train::measures> measure(std::size_t epoch, const std::function<bool()>&) {
    const double accuracy = epoch == settings_.best ? 0.9 : 0.5;
    return vscg::train::measures{accuracy, accuracy};
  }

 private:
  line_settings settings_;
};

constexpr std::size_t last_of_first = 3;

line_settings settings(std::size_t epochs, std::size_t best) {
  line_settings s;
  s.network = "line";
  s.precision = "double";
  s.epochs = epochs;
  s.batch = 4;
  s.learning_rate = 0.05;
  s.best = best;
  return s;
}

template <bool Grown>
auto make(const line_settings& s) {
  using network = line<Grown>;
  using run = vscg::train::run<network, squares<Grown ? 2 : 1>, vscg::adam, double, vscg::cpu, line_task<network>>;
  vscg::io::network_metadata metadata;
  metadata.network = Grown ? "grown" : "young";
  return std::make_unique<run>(s, vscg::threads{1}, metadata);
}

/// Trains until it has taken this many steps, or to the end.
vscg::train::run_outcome train(const std::filesystem::path& out, const line_settings& s, std::size_t steps = 0) {
  std::size_t done = 0;
  vscg::train::run_callbacks callbacks;
  callbacks.step = [&](const vscg::train::step_report&) { ++done; };
  if (steps > 0) callbacks.stop = [&] { return done >= steps; };
  const auto folder = vscg::train::run_folder::claim(out, std::filesystem::exists(out));
  return vscg::train::run_in_phases<line_settings>(
      folder, callbacks, last_of_first, [&] { return make<false>(s); }, [&] { return make<true>(s); });
}

constexpr std::array arrays{"weights.through.weight", "weights.bend.weight", "moment1.bend.bias",
                            "moment2.through.weight", "best.bend.weight"};

}  // namespace

TEST_CASE("a network grows between two epochs, and the bits are the same wherever the run was interrupted") {
  using namespace vscg::train;
  const temporary_folder here;
  const auto s = settings(6, 5);
  const run_outcome whole = train(here / "whole", s);
  REQUIRE(whole.end == run_end::finished);
  REQUIRE(whole.history.size() == 6);
  CHECK(whole.history[2].terms.size() == 1);
  CHECK(whole.history[3].terms.size() == 2);
  const auto expected = vscg::io::open_checkpoint(here / "whole" / "last.checkpoint");
  const auto position = description_of<line_settings>(expected).position;
  CHECK(position.steps == 18);
  // The bend has moved in the steps of the grown network only.
  const auto progress_of = position.progress_of_arrays;
  CHECK(std::set<std::uint64_t>(progress_of.begin(), progress_of.end()).size() == 2);
  for (const std::size_t stop : {2U, 8U, 9U, 10U, 17U}) {  // the network grows after the ninth
    INFO("stopped after step " << stop);
    const auto folder = here / std::to_string(stop);
    REQUIRE(train(folder, s, stop).end == run_end::interrupted);
    REQUIRE(train(folder, s).end == run_end::finished);
    const auto file = vscg::io::open_checkpoint(folder / "last.checkpoint");
    for (const char* name : arrays) CHECK(file.read<double>(file.at(name)) == expected.read<double>(expected.at(name)));
  }
}

TEST_CASE("a run may end before the network grows, and go on from there") {
  using namespace vscg::train;
  const temporary_folder here;
  REQUIRE(train(here / "young", settings(3, 1)).end == run_end::finished);
  auto file = vscg::io::open_checkpoint(here / "young" / "last.checkpoint");
  const auto start = file.read<double>(file.at("weights.bend.weight"));
  vscg::model<line<false>, double, vscg::cpu> fresh{vscg::seed{settings(3, 1).seed}};
  CHECK(start == fresh.weights().get("bend.weight"));                       // nothing reached it
  REQUIRE(train(here / "young", settings(6, 1)).end == run_end::finished);  // three epochs more
  file = vscg::io::open_checkpoint(here / "young" / "last.checkpoint");
  CHECK(file.read<double>(file.at("weights.bend.weight")) != start);
  REQUIRE(train(here / "whole", settings(6, 1)).end == run_end::finished);
  const auto whole = vscg::io::open_checkpoint(here / "whole" / "last.checkpoint");
  for (const char* name : arrays) CHECK(file.read<double>(file.at(name)) == whole.read<double>(whole.at(name)));
}

TEST_CASE("the best weights have the name of the network that was measured with them") {
  const temporary_folder here;
  const auto name_of_best = [&](std::size_t best) {
    const auto folder = here / std::to_string(best);
    REQUIRE(train(folder, settings(5, best)).end == vscg::train::run_end::finished);
    const auto file = vscg::io::safetensors_file::open(folder / "best.safetensors");
    return file.metadata().at("vscg.network");
  };
  CHECK(name_of_best(2) == "young");
  CHECK(name_of_best(3) == "young");
  CHECK(name_of_best(4) == "grown");
}
