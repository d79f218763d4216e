// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <sys/ioctl.h>

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

/// "[#####-----]": `share` (0 … 1) of `width` places are filled.
inline std::string bar_text(double share, std::size_t width) {
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
  return "[" + std::string(filled, '#') + std::string(width - filled, '-') + "]";
}

/// What stays on the screen after an epoch: losses and accuracies.
inline std::string epoch_text(const epoch_record& record, std::size_t epochs) {
  using namespace progress_detail;
  std::string text = "epoch " + std::to_string(record.epoch) + "/" + std::to_string(epochs) + "  " +
                     loss_text(record.loss, record.terms);
  if (record.validation_accuracy) text += "  validation " + share_text(*record.validation_accuracy);
  if (record.test_accuracy) text += "  test " + share_text(*record.test_accuracy);
  return text + "  " + number_text("%.1f s", record.seconds);
}

/// What moves on the screen during an epoch; `narrow` for terminals of 80 columns.
inline std::string step_text(const step_report& report, std::optional<double> accuracy, double left, bool narrow) {
  using progress_detail::number_text;
  const double share = static_cast<double>(report.batch) / static_cast<double>(report.batches);
  std::string text = (narrow ? "" : "epoch ") + std::to_string(report.epoch) + "/" + std::to_string(report.epochs) +
                     " " + bar_text(share, narrow ? 8 : 16) + " " + duration_text(left) + " left";
  if (accuracy) text += (narrow ? "  val " : "  validation ") + number_text("%.1f %%", 100 * *accuracy);
  text += "  loss " + number_text(narrow ? "%.2f" : "%.4f", report.loss);
  for (std::size_t i = 0; i < report.terms.size(); ++i) {
    const std::string name = report.term_names[i];
    text += (i == 0 ? " (" : ", ") + (narrow ? name.substr(0, 3) : name) + " ";
    text += number_text(narrow ? "%.2f" : "%.4f", report.terms[i]);
  }
  return text + ")";
}

/// Columns of the terminal `file`, or 80 if it does not say.
inline std::size_t terminal_columns(std::FILE* file) {
  struct ::winsize size {};
  const bool known = ::ioctl(::fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col : 80;
}

/// Shows a run: on a terminal, a bar that is redrawn after each step; otherwise, one line per epoch.
class progress_display {
 public:
  progress_display(std::FILE* to, bool terminal) : to_(to), terminal_(terminal), began_(clock::now()) {}

  void step(const step_report& report) {
    if (!begun_with_) begun_with_ = steps_done(report) - 1;
    // The time left is estimated from this session's steps; evaluations count as soon as there was one.
    const double all = static_cast<double>(report.epochs * report.batches);
    const double done = static_cast<double>(steps_done(report));
    const double seconds = std::chrono::duration<double>(clock::now() - began_).count();
    left_ = seconds / (done - static_cast<double>(*begun_with_)) * (all - done);
    if (!terminal_) return;
    const std::size_t columns = terminal_columns(to_);
    std::string text = step_text(report, accuracy_, left_, false);
    if (text.size() >= columns) text = step_text(report, accuracy_, left_, true);
    if (text.size() >= columns) text.resize(columns - 1);  // a line that wraps could not be drawn over
    show(text);
  }

  void epoch(const epoch_record& record, std::size_t epochs) {
    clear();
    if (record.validation_accuracy) accuracy_ = record.validation_accuracy;
    std::string text = epoch_text(record, epochs);
    if (record.epoch < epochs) text += "  " + duration_text(left_) + " left";
    line(text);
  }

  /// Clears the bar and prints a line of its own.
  void line(const std::string& text) {
    clear();
    std::fprintf(to_, "%s\n", text.c_str());
    std::fflush(to_);
  }

  /// Clears the bar.
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

#include <vscg/core/end.hpp>
