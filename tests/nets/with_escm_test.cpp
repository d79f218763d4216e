// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/random.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/with.hpp>
#include <vscg/vscg.hpp>

#include "network_contract.hpp"

// CMRAN and DMIN with ESCM stand in no table and have no golden files, but all of their parts do. These tests look at
// how the parts are joined.

using namespace vscg;

namespace {

template <class Network>
std::set<std::string> names_of() {
  Network net{};
  std::set<std::string> names;
  for (const auto& entry : bind_parameters(net).entries) names.insert(entry.name);
  return names;
}

/// The host's arrays and ESCM's, and no others.
template <class Host, class Escm>
void check_names() {
  std::set<std::string> expected = names_of<Host>();
  for (const auto& name : names_of<Escm>()) expected.insert("escm." + name);
  CHECK(names_of<with_escm<Host>>() == expected);
}

/// The loss of two videos, and its slope in a direction.
template <class Network, class Loss>
class two_videos {
 public:
  two_videos() : net_(seed{3}), trainer_(net_, adam{1e-3}, Loss{}, threads{2}, options()) {}

  /// The slope along the direction of the arrays with this prefix, by their gradients.
  double slope(std::string_view prefix) {
    total();
    double sum = 0;
    for (const auto& entry : net_.weights().table().entries) {
      if (!entry.name.starts_with(prefix)) continue;
      const auto gradient = trainer_.gradient(entry);
      for (std::size_t i = 0; i < gradient.size(); ++i) sum += gradient[i] * direction(entry, i);
    }
    return sum;
  }
  /// The same by a difference of the loss. The direction is long, so a small step goes far.
  double difference(std::string_view prefix) {
    constexpr double step = 1e-8;
    move(prefix, step);
    const double above = total();
    move(prefix, -2 * step);
    const double below = total();
    move(prefix, step);
    return (above - below) / (2 * step);
  }

 private:
  static constexpr std::size_t videos = 2;
  static trainer_options options() {
    trainer_options o;
    o.batch = videos;
    o.dropout = false;
    return o;
  }
  static double direction(const parameter_entry& entry, std::size_t i) {
    return 2 * random_stream(seed{8}, entry.name).uniform(i) - 1;
  }
  void move(std::string_view prefix, double step) {
    for (const auto& entry : net_.weights().table().entries) {
      if (!entry.name.starts_with(prefix)) continue;
      auto numbers = net_.weights().get(entry.name);
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] += step * direction(entry, i);
      net_.weights().set(entry.name, numbers);
    }
  }
  double total() {
    const auto first = [](const std::vector<double>& all) {
      return std::span(all).first(all.size() / network_contract::items * videos);
    };
    const auto gradients = [&](const auto&... target) {
      return trainer_.gradients(first(data_.audio), first(data_.visual), first(target)...);
    };
    return std::apply(gradients, data_.targets).total;
  }

  network_contract::batch<double, Loss> data_;
  model<Network, double, cpu> net_;
  network_contract::trainer_of<model<Network, double, cpu>, Loss> trainer_;
};

template <class Network, class Loss>
void check_slopes(std::initializer_list<std::string_view> prefixes) {
  two_videos<Network, Loss> loss;
  for (const std::string_view prefix : prefixes) {
    INFO(prefix);
    const double expected = loss.difference(prefix);
    CHECK(std::abs(expected) > 1e-3);
    CHECK(loss.slope(prefix) == doctest::Approx(expected).epsilon(1e-5));
  }
}

}  // namespace

TEST_CASE("cmran and dmin with ESCM have the arrays of both") {
  check_names<cmran<>, escm<>>();
  check_names<cmran<setting::weakly>, escm<shared_cere<>, setting::weakly>>();
  check_names<dmin<>, escm<>>();
  check_names<dmin<setting::weakly>, escm<shared_cere<>, setting::weakly>>();
}
TEST_CASE("the loss of cmran with ESCM slopes as its gradients say") {
  check_slopes<with_escm<cmran<>>, relevance_category_loss<>>({"escm.", "audio_decoder."});
}
TEST_CASE("the loss of the weakly supervised dmin with ESCM slopes as its gradients say") {
  check_slopes<with_escm<dmin<setting::weakly>>, self_soft_margin_loss<>>({"escm."});
}
