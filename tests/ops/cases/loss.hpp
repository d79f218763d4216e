// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/class_mean.hpp>
#include <vscg/ops/constant.hpp>
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/l1_loss.hpp>
#include <vscg/ops/mse_loss.hpp>

#include "ops/contract.hpp"

namespace contract {

/// A loss of x and targets, where only x takes a gradient.
template <class... Shapes>
struct loss_case : operation_case<Shapes...> {
  static constexpr std::uint32_t active = 0b01;
  /// Targets between 0 and 1.
  static double value(std::size_t operand, double random) { return operand == 0 ? 2 * random : (random + 1) / 2; }
};

/// Mean over the entries of each item.
template <class F>
std::vector<double> item_means(std::size_t items, const arrays& x, F f) {
  const std::size_t entries = x[0].size() / items;
  std::vector<double> y(items);
  for (std::size_t i = 0; i < x[0].size(); ++i) {
    y[i / entries] += f(x[0][i], x[1][i]) / static_cast<double>(entries);
  }
  return y;
}

struct bce_with_logits_case : loss_case<shape<dyn, 13>, shape<dyn, 13>> {
  static constexpr const char* name = "binary_cross_entropy_with_logits";
  auto operator()(auto x, auto target) const { return vscg::binary_cross_entropy_with_logits(x, target); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return item_means(items, x, [](double logit, double target) {
      const double p = 1 / (1 + std::exp(-logit));
      return -(target * std::log(p) + (1 - target) * std::log(1 - p));
    });
  }
};

struct bce_case : loss_case<shape<dyn, 13>, shape<dyn, 13>> {
  static constexpr const char* name = "binary_cross_entropy";
  auto operator()(auto p, auto target) const { return vscg::binary_cross_entropy(p, target); }
  static double value(std::size_t operand, double random) {
    return operand == 0 ? 0.5 + 0.45 * random : (random + 1) / 2;
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return item_means(items, x,
                      [](double p, double target) { return -(target * std::log(p) + (1 - target) * std::log(1 - p)); });
  }
};

struct mse_loss_case : loss_case<shape<dyn, 3, 5>, shape<dyn, 3, 5>> {
  static constexpr const char* name = "mse_loss";
  auto operator()(auto x, auto target) const { return vscg::mse_loss(x, target); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return item_means(items, x, [](double got, double target) { return (got - target) * (got - target); });
  }
};

/// Σ_c t_c (log Σ exp(x) - x_c), mean over the rows of each item.
inline std::vector<double> cross_entropy_reference(std::size_t items, std::size_t channels, const arrays& x) {
  const std::size_t rows = x[0].size() / channels;
  std::vector<double> y(items);
  for (std::size_t row = 0; row < rows; ++row) {
    double total = 0;
    for (std::size_t c = 0; c < channels; ++c) total += std::exp(x[0][row * channels + c]);
    for (std::size_t c = 0; c < channels; ++c) {
      const double share = x[1][row * channels + c] * (std::log(total) - x[0][row * channels + c]);
      y[row * items / rows] += share * static_cast<double>(items) / static_cast<double>(rows);
    }
  }
  return y;
}

struct cross_entropy_case : loss_case<shape<dyn, 13>, shape<dyn, 13>> {
  static constexpr const char* name = "cross_entropy";
  auto operator()(auto x, auto target) const { return vscg::cross_entropy(x, target); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return cross_entropy_reference(items, 13, x);
  }
};

struct cross_entropy_of_segments_case : loss_case<shape<dyn, 4, 9>, shape<dyn, 4, 9>> {
  static constexpr const char* name = "cross_entropy of segments";
  auto operator()(auto x, auto target) const { return vscg::cross_entropy(x, target); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return cross_entropy_reference(items, 9, x);
  }
};

struct batch_mean_case : operation_case<shape<dyn>> {
  static constexpr const char* name = "batch_mean";
  static constexpr bool item_by_item = false;
  auto operator()(auto x) const { return vscg::batch_mean(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    double total = 0;
    for (const double number : x[0]) total += number;
    return {total / static_cast<double>(items)};
  }
};

struct batch_weighted_sum_case : loss_case<shape<dyn>, shape<dyn>> {
  static constexpr const char* name = "batch_weighted_sum";
  static constexpr bool item_by_item = false;
  auto operator()(auto x, auto weight) const { return vscg::batch_weighted_sum(x, weight); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    double total = 0;
    for (std::size_t i = 0; i < x[0].size(); ++i) total += x[0][i] * x[1][i];
    return {total};
  }
};

struct index_cross_entropy_case : operation_case<shape<dyn, 3, 5>, vscg::indices<dyn, 3>> {
  static constexpr const char* name = "index_cross_entropy";
  static constexpr std::uint32_t active = 0b01;
  /// Classes -1 to 4; -1 is ignored.
  static double value(std::size_t operand, double random) { return operand == 0 ? 2 * random : 3 * random + 2; }
  auto operator()(auto x, auto target) const { return vscg::cross_entropy(x, target); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y(items);
    for (std::size_t row = 0; row < items * 3; ++row) {
      const double right = std::floor(x[1][row]);
      if (right < 0) continue;
      double total = 0;
      for (std::size_t c = 0; c < 5; ++c) total += std::exp(x[0][row * 5 + c]);
      y[row / 3] += (std::log(total) - x[0][row * 5 + static_cast<std::size_t>(right)]) / 3;
    }
    return y;
  }
};

struct weighted_index_cross_entropy_case : index_cross_entropy_case {
  static constexpr const char* name = "index_cross_entropy, smoothed and weighted";
  auto operator()(auto x, auto target) const {
    return vscg::cross_entropy(x, target, vscg::constant<shape<5>>(x, {0.5, 1, 1.5, 2, 2.5}, "weights"), 0.2);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y(items);
    for (std::size_t row = 0; row < items * 3; ++row) {
      const double right = std::floor(x[1][row]);
      if (right < 0) continue;
      double total = 0;
      for (std::size_t c = 0; c < 5; ++c) total += std::exp(x[0][row * 5 + c]);
      for (std::size_t c = 0; c < 5; ++c) {
        const double share = 0.2 / 5 + (static_cast<double>(c) == right ? 0.8 : 0);
        y[row / 3] += 0.5 * static_cast<double>(c + 1) * share * (std::log(total) - x[0][row * 5 + c]) / 3;
      }
    }
    return y;
  }
};

struct class_mean_case : operation_case<shape<dyn>, vscg::indices<dyn, 3>> {
  static constexpr const char* name = "class_mean";
  static constexpr std::uint32_t active = 0b01;
  static constexpr bool item_by_item = false;
  static double value(std::size_t operand, double random) { return index_cross_entropy_case::value(operand, random); }
  auto operator()(auto x, auto target) const { return vscg::class_mean<5>(x, target); }
  static std::vector<double> mean(const arrays& x, double (*weight)(double)) {
    double total = 0;
    double weights = 0;
    for (const double number : x[0]) total += 3 * number;
    for (const double right : x[1]) weights += std::floor(right) < 0 ? 0 : weight(std::floor(right));
    return {total / weights};
  }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return mean(x, [](double) { return 1.0; });
  }
};

struct weighted_class_mean_case : class_mean_case {
  static constexpr const char* name = "class_mean, weighted";
  auto operator()(auto x, auto target) const {
    return vscg::class_mean<5>(x, target, vscg::constant<shape<5>>(x, {0.5, 1, 1.5, 2, 2.5}, "weights"));
  }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return mean(x, [](double right) { return 0.5 * (right + 1); });
  }
};

struct l1_loss_case : loss_case<shape<dyn, 3, 5>, shape<dyn, 3, 5>> {
  static constexpr const char* name = "l1_loss";
  auto operator()(auto x, auto target) const { return vscg::l1_loss(x, target); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return item_means(items, x, [](double got, double target) { return std::abs(got - target); });
  }
};

using loss_cases =
    std::tuple<bce_with_logits_case, bce_case, mse_loss_case, cross_entropy_case, index_cross_entropy_case,
               cross_entropy_of_segments_case, weighted_index_cross_entropy_case, class_mean_case,
               weighted_class_mean_case, l1_loss_case, batch_mean_case, batch_weighted_sum_case>;

}  // namespace contract
