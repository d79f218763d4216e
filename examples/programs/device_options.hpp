// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>

#include "programs/options.hpp"

// Where a program computes, and how.

namespace programs {

/// cpu, or cuda:N.
struct device {
  bool cuda = false;
  std::size_t number = 0;
};

inline std::string text_of(const device& d) { return d.cuda ? "cuda:" + std::to_string(d.number) : "cpu"; }

inline CLI::Option* add_device(CLI::App& app, device& to) {
  constexpr const char* expected = "cpu, cuda or cuda:N";
  return app
      .add_option_function<std::string>(
          "--device",
          [&to](const std::string& text) {
            const whole_range any_card{0, 1023};
            to = {};
            if (text == "cpu") return;
            to.cuda = true;
            if (text == "cuda") return;
            if (!text.starts_with("cuda:")) throw vscg::expectation_error("--device", expected, shown(text));
            to.number = whole_number("--device: the number of a card", text.substr(5), any_card);
          },
          "where to compute: the processor, or a CUDA card (default: cpu)")
      ->type_name("cpu|cuda[:N]");
}

/// Adds --precision of a program whose weights say whether they are float or double.
inline CLI::Option* add_precision(CLI::App& app, std::string& to) {
  return add_choice(app, "--precision", to,
                    choices<std::string>{{"exact", "exact"}, {"split", "split"}, {"tf32", "tf32"}, {"bf16", "bf16"}},
                    "of a card's products; on the processor only exact (default: exact)");
}

/// Adds --precision of a program that trains.
inline CLI::Option* add_precision(CLI::App& app, std::optional<std::string>& to) {
  choices<std::string> known;
  for (const char* const name : {"float", "double", "exact", "split", "tf32", "bf16"}) known.emplace_back(name, name);
  return add_choice(app, "--precision", to, known,
                    "of all numbers; exact is float, and so are the others but for a card's products (default: float, "
                    "or double where the network's authors train in it: CMBS)");
}

/// What the settings of a run call such a precision.
inline const char* scalar_of(const std::string& precision) { return precision == "double" ? "double" : "float"; }

/// Throws vscg::expectation_error for a precision that this device does not have; `exact` is another name of `float`.
inline void expect_precision(const device& d, const std::string& precision) {
  const bool fast = precision == "split" || precision == "tf32" || precision == "bf16";
  if (fast && !d.cuda) {
    throw vscg::expectation_error("--precision", "exact on a processor: the faster ones need --device cuda", precision);
  }
  if (d.cuda && precision == "double") {
    throw vscg::expectation_error("--precision", "exact, split, tf32 or bf16 with --device cuda", precision);
  }
}

}  // namespace programs
