// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/ops/add.hpp>
#include <vscg/ops/add_to_rows.hpp>
#include <vscg/ops/batch_norm.hpp>
#include <vscg/ops/cosine_similarity.hpp>
#include <vscg/ops/divide_by_sum.hpp>
#include <vscg/ops/embedding.hpp>
#include <vscg/ops/layer_norm.hpp>
#include <vscg/ops/logsumexp.hpp>
#include <vscg/ops/normalize.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/scale_rows.hpp>
#include <vscg/ops/softmax.hpp>

#include "ops/contract.hpp"

namespace contract {

using row_array = shape<dyn, 3, 11>;

/// Calls f(row, first) for each row of 11 numbers; `first` is the row's first index.
template <class F>
void each_row(const std::vector<double>& x, F f) {
  for (std::size_t row = 0; row < x.size() / 11; ++row) f(row, row * 11);
}

struct divide_by_sum_case : operation_case<row_array> {
  static constexpr const char* name = "divide_by_sum";
  auto operator()(auto x) const { return vscg::divide_by_sum(x); }
  static double value(std::size_t, double random) { return std::max(0.0, random + 0.5); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y(x[0].size());
    each_row(x[0], [&](std::size_t, std::size_t first) {
      double total = 1e-8;
      for (std::size_t i = 0; i < 11; ++i) total += x[0][first + i];
      for (std::size_t i = 0; i < 11; ++i) y[first + i] = x[0][first + i] / total;
    });
    return y;
  }
};

/// About half of the rows are shorter than epsilon, which then is what they are divided by.
template <int P>
struct normalize_of : operation_case<row_array> {
  static constexpr double epsilon = P == 1 ? 5.5 : 1.9;
  auto operator()(auto x) const { return vscg::normalize<P>(x, epsilon); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y(x[0].size());
    each_row(x[0], [&](std::size_t, std::size_t first) {
      double length = 0;
      for (std::size_t i = 0; i < 11; ++i) length += std::pow(std::abs(x[0][first + i]), P);
      if (P == 2) length = std::sqrt(length);
      for (std::size_t i = 0; i < 11; ++i) y[first + i] = x[0][first + i] / std::max(length, epsilon);
    });
    return y;
  }
};

struct normalize_case : normalize_of<2> {
  static constexpr const char* name = "normalize";
};

struct normalize_l1_case : normalize_of<1> {
  static constexpr const char* name = "normalize, p = 1";
};

struct softmax_case : operation_case<row_array> {
  static constexpr const char* name = "softmax";
  auto operator()(auto x) const { return vscg::softmax(x); }
  static double value(std::size_t, double random) { return 3 * random; }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y(x[0].size());
    each_row(x[0], [&](std::size_t, std::size_t first) {
      double total = 0;
      for (std::size_t i = 0; i < 11; ++i) total += std::exp(x[0][first + i]);
      for (std::size_t i = 0; i < 11; ++i) y[first + i] = std::exp(x[0][first + i]) / total;
    });
    return y;
  }
};

/// log Σ w exp(x) of each row; `weight` gives the weight of element i.
template <class F>
std::vector<double> logsumexp_reference(const arrays& x, F weight) {
  std::vector<double> y;
  each_row(x[0], [&](std::size_t, std::size_t first) {
    double total = 0;
    for (std::size_t i = first; i < first + 11; ++i) total += weight(i) * std::exp(x[0][i]);
    y.push_back(std::log(total));
  });
  return y;
}

struct logsumexp_case : operation_case<row_array> {
  static constexpr const char* name = "logsumexp";
  auto operator()(auto x) const { return vscg::logsumexp(x); }
  static double value(std::size_t, double random) { return 3 * random; }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return logsumexp_reference(x, [](std::size_t) { return 1.0; });
  }
};

/// About half of the numbers have no weight, among them the highest of some rows.
template <class Weight>
struct weighted_logsumexp_of : operation_case<row_array, Weight> {
  static constexpr std::uint32_t active = 0b01;
  auto operator()(auto x, auto weight) const { return vscg::logsumexp(x, weight); }
  static double value(std::size_t operand, double random) { return operand == 0 ? 3 * random : std::max(0.0, random); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return logsumexp_reference(x, [&](std::size_t i) { return x[1][i % x[1].size()]; });
  }
};

struct weighted_logsumexp_case : weighted_logsumexp_of<row_array> {
  static constexpr const char* name = "logsumexp, weighted";
};

struct logsumexp_with_one_array_of_weights_case : weighted_logsumexp_of<shape<3, 11>> {
  static constexpr const char* name = "logsumexp, weighted by one array for all items";
};

struct add_to_rows_case : operation_case<row_array, shape<dyn, 3>> {
  static constexpr const char* name = "add_to_rows";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto x, auto added) const { return vscg::add_to_rows(x, added); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y(x[0].size());
    each_row(x[0], [&](std::size_t row, std::size_t first) {
      for (std::size_t i = 0; i < 11; ++i) y[first + i] = x[0][first + i] + x[1][row];
    });
    return y;
  }
};

struct scale_rows_case : operation_case<row_array, shape<dyn, 3>> {
  static constexpr const char* name = "scale_rows";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto x, auto factor) const { return vscg::scale_rows(x, factor); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y(x[0].size());
    each_row(x[0], [&](std::size_t row, std::size_t first) {
      for (std::size_t i = 0; i < 11; ++i) y[first + i] = x[0][first + i] * x[1][row];
    });
    return y;
  }
};

struct layer_norm_case : operation_case<row_array, shape<11>, shape<11>> {
  static constexpr const char* name = "layer_norm";
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b110>;
  auto operator()(auto x, auto scale, auto shift) const { return vscg::layer_norm(x, scale, shift, 1e-6); }
  static double value(std::size_t operand, double random) { return operand == 0 ? 2 * random + 0.3 : random; }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y(x[0].size());
    each_row(x[0], [&](std::size_t, std::size_t first) {
      double mean = 0;
      for (std::size_t i = 0; i < 11; ++i) mean += x[0][first + i] / 11;
      double variance = 0;
      for (std::size_t i = 0; i < 11; ++i) variance += (x[0][first + i] - mean) * (x[0][first + i] - mean) / 11;
      for (std::size_t i = 0; i < 11; ++i) {
        y[first + i] = (x[0][first + i] - mean) / std::sqrt(variance + 1e-6) * x[1][i] + x[2][i];
      }
    });
    return y;
  }
};

inline double cosine(const double* a, const double* b) {
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < 11; ++i) {
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    ab += a[i] * b[i];
  }
  return ab / (std::max(std::sqrt(aa), 1e-12) * std::max(std::sqrt(bb), 1e-12));
}

struct cosine_similarity_case : operation_case<row_array, row_array> {
  static constexpr const char* name = "cosine_similarity";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto a, auto b) const { return vscg::cosine_similarity(a, b); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y;
    each_row(x[0], [&](std::size_t, std::size_t first) { y.push_back(cosine(&x[0][first], &x[1][first])); });
    return y;
  }
};

/// One array as both operands: the similarity is 1 and nothing moves it.
struct cosine_with_itself_case : operation_case<row_array> {
  static constexpr const char* name = "cosine_similarity of x and x";
  auto operator()(auto x) const { return vscg::cosine_similarity(x, x); }
  static std::vector<double> reference(std::size_t items, const arrays&) { return std::vector<double>(items * 3, 1.0); }
};

/// (x - mean) / √(variance + 1e-3) · scale + shift in rows of 11.
inline std::vector<double> normalized_channels(const std::vector<double>& x, const std::vector<double>& mean,
                                               const std::vector<double>& variance, const std::vector<double>& scale,
                                               const std::vector<double>& shift) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % 11;
    y.push_back((x[i] - mean[c]) / std::sqrt(variance[c] + 1e-3) * scale[c] + shift[c]);
  }
  return y;
}

/// By the batch's own mean and variance. The variance that the function returns is over rows - 1.
template <bool Statistics>
struct batch_norm_of : operation_case<row_array, shape<11>, shape<11>> {
  static constexpr bool item_by_item = false;
  static double value(std::size_t operand, double random) { return operand == 0 ? 2 * random + 0.3 : random; }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    const double rows = 3.0 * static_cast<double>(items);
    std::vector<double> mean(11);
    std::vector<double> variance(11);
    for (std::size_t i = 0; i < x[0].size(); ++i) mean[i % 11] += x[0][i] / rows;
    for (std::size_t i = 0; i < x[0].size(); ++i) variance[i % 11] += std::pow(x[0][i] - mean[i % 11], 2) / rows;
    auto y = normalized_channels(x[0], mean, variance, x[1], x[2]);
    for (std::size_t i = 0; Statistics && i < y.size(); ++i)
      y[i] += 0.5 * mean[i % 11] + 0.25 * variance[i % 11] * rows / (rows - 1);
    return y;
  }
};

struct batch_norm_case : batch_norm_of<false> {
  static constexpr const char* name = "batch_norm";
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b110>;
  auto operator()(auto x, auto scale, auto shift) const { return vscg::batch_norm(x, scale, shift, 1e-3).first; }
};

/// No gradient flows through the statistics, so x takes none.
struct batch_statistics_case : batch_norm_of<true> {
  static constexpr const char* name = "batch_norm with its statistics";
  static constexpr std::uint32_t active = 0b110;
  auto operator()(auto x, auto scale, auto shift) const {
    const auto [y, mean, variance] = vscg::batch_norm(x, scale, shift, 1e-3);
    return y + mean * 0.5 + variance * 0.25;
  }
};

struct normalize_channels_case : operation_case<row_array, shape<11>, shape<11>, shape<11>, shape<11>> {
  static constexpr const char* name = "normalize_channels";
  static constexpr std::uint32_t active = 0b11001;
  using also_active = std::integer_sequence<std::uint32_t, 0b00001, 0b11000>;
  auto operator()(auto x, auto mean, auto variance, auto scale, auto shift) const {
    return vscg::normalize_channels(x, mean, variance, scale, shift, 1e-3);
  }
  static double value(std::size_t operand, double random) { return operand == 2 ? random + 1.5 : random; }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return normalized_channels(x[0], x[1], x[2], x[3], x[4]);
  }
};

/// Some rows are asked for by several items and steps, and some by none.
struct embedding_case : operation_case<vscg::indices<dyn, 2, 3>, shape<9, 11>> {
  static constexpr const char* name = "embedding";
  static constexpr std::uint32_t active = 0b10;
  auto operator()(auto index, auto table) const { return vscg::embedding(index, table); }
  static double value(std::size_t operand, double random) { return operand == 0 ? 3 * random + 4 : random; }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y;
    for (const double index : x[0]) {
      for (std::size_t c = 0; c < 11; ++c) y.push_back(x[1][static_cast<std::size_t>(index) * 11 + c]);
    }
    return y;
  }
};

using rows_cases = std::tuple<divide_by_sum_case, normalize_case, normalize_l1_case, softmax_case, logsumexp_case,
                              weighted_logsumexp_case, logsumexp_with_one_array_of_weights_case, add_to_rows_case,
                              scale_rows_case, layer_norm_case, cosine_similarity_case, cosine_with_itself_case,
                              batch_norm_case, batch_statistics_case, normalize_channels_case, embedding_case>;

}  // namespace contract
