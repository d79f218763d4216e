// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <span>
#include <string>

#include <vscg/train/history.hpp>
#include <vscg/train/run_types.hpp>

namespace vscg::train {

/// "1:02:03", "4:05", "7 s".
inline std::string duration_text(double seconds) {
  const auto all = static_cast<long long>(std::llround(std::max(0.0, seconds)));
  std::array<char, 48> text{};
  if (all >= 3600) {
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", all / 3600, all / 60 % 60, all % 60);
  } else if (all >= 60) {
    std::snprintf(text.data(), text.size(), "%lld:%02lld", all / 60, all % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lld s", all);
  }
  return text.data();
}

namespace progress_detail {
inline std::string number_text(const char* format, double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}
/// "loss 1.2345 (relevance 0.5, category 0.6)"
template <class Terms>
std::string loss_text(double loss, const Terms& terms) {
  std::string text = "loss " + number_text("%.4f", loss) + " (";
  bool first = true;
  for (const auto& [name, value] : terms) {
    text += (first ? "" : ", ") + std::string(name) + " " + number_text("%.4f", value);
    first = false;
  }
  return text + ")";
}
inline std::string share_text(double share) { return number_text("%.2f %%", 100 * share); }
}  // namespace progress_detail

/// "[#####-----]": `width` places of which `share` (0 … 1) are filled.
inline std::string bar_text(double share, std::size_t width) {
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
  return "[" + std::string(filled, '#') + std::string(width - filled, '-') + "]";
}

/// What stays on the screen of an epoch: losses and accuracies.
inline std::string epoch_text(const epoch_record& record, std::size_t epochs) {
  using namespace progress_detail;
  std::string text = "epoch " + std::to_string(record.epoch) + "/" + std::to_string(epochs) + "  " +
                     loss_text(record.loss, record.terms);
  if (record.validation_accuracy) text += "  validation " + share_text(*record.validation_accuracy);
  if (record.test_accuracy) text += "  test " + share_text(*record.test_accuracy);
  return text + "  " + number_text("%.1f s", record.seconds);
}

/// Shows a run: on a terminal a bar that is drawn again after each step, otherwise a line an epoch.
class progress_display {
 public:
  progress_display(std::FILE* to, bool terminal) : to_(to), terminal_(terminal), began_(clock::now()) {}

  void step(const step_report& report) {
    if (!begun_with_) begun_with_ = steps_done(report) - 1;
    // Time left from the steps of this session; evaluations are in it as soon as there was one.
    const double all = static_cast<double>(report.epochs * report.batches);
    const double done = static_cast<double>(steps_done(report));
    const double seconds = std::chrono::duration<double>(clock::now() - began_).count();
    left_ = seconds / (done - static_cast<double>(*begun_with_)) * (all - done);
    if (!terminal_) return;
    std::array<std::pair<const char*, double>, 8> terms{};
    const std::size_t count = std::min(terms.size(), report.terms.size());
    for (std::size_t i = 0; i < count; ++i) terms[i] = {report.term_names[i], report.terms[i]};
    const double share = static_cast<double>(report.batch) / static_cast<double>(report.batches);
    show("epoch " + std::to_string(report.epoch) + "/" + std::to_string(report.epochs) + " " + bar_text(share, 16) +
         " " + std::to_string(report.batch) + "/" + std::to_string(report.batches) + "  " +
         progress_detail::loss_text(report.loss, std::span(terms).first(count)) +
         (accuracy_ ? "  validation " + progress_detail::share_text(*accuracy_) : "") + "  " + duration_text(left_) +
         " left");
  }

  void epoch(const epoch_record& record, std::size_t epochs) {
    clear();
    if (record.validation_accuracy) accuracy_ = record.validation_accuracy;
    std::string text = epoch_text(record, epochs);
    if (record.epoch < epochs) text += "  " + duration_text(left_) + " left";
    line(text);
  }

  /// A line of its own, the bar put away first.
  void line(const std::string& text) {
    clear();
    std::fprintf(to_, "%s\n", text.c_str());
    std::fflush(to_);
  }

  /// Takes the bar away.
  void clear() {
    if (!drawn_) return;
    std::fputs("\r\033[K", to_);
    std::fflush(to_);
    drawn_ = false;
  }

 private:
  using clock = std::chrono::steady_clock;
  static std::size_t steps_done(const step_report& r) { return (r.epoch - 1) * r.batches + r.batch; }

  void show(const std::string& text) {
    std::fprintf(to_, "\r\033[K%s", text.c_str());
    std::fflush(to_);
    drawn_ = true;
  }

  std::FILE* to_;
  bool terminal_;
  bool drawn_ = false;
  clock::time_point began_;
  std::optional<std::size_t> begun_with_;
  std::optional<double> accuracy_;
  double left_ = 0;
};

}  // namespace vscg::train
