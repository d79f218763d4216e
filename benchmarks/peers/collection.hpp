// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/io/safetensors.hpp>
#include <vscg/vscg.hpp>

namespace peers {

/// Collects arrays for a safetensors file.
class collection {
 public:
  template <class Outputs>
  void add(const std::vector<std::string>& names, const Outputs& outputs) {
    vscg::for_each_output(outputs, [&](const auto& field, std::size_t k) {
      const auto shape = field.shape();
      const auto values = field.values();
      add(names[k], {shape.begin(), shape.end()}, {values.begin(), values.end()});
    });
  }
  void add(const std::string& name, std::vector<std::size_t> shape, std::vector<float> values) {
    kept_.push_back(std::make_unique<std::vector<float>>(std::move(values)));
    sources_.push_back(
        vscg::io::make_tensor_source<float>(name, std::move(shape), std::span<const float>(*kept_.back())));
  }
  void write(const std::filesystem::path& path) const { vscg::io::write_safetensors(path, sources_); }

 private:
  std::vector<std::unique_ptr<std::vector<float>>> kept_;  // the sources view these
  std::vector<vscg::io::tensor_source> sources_;
};

}  // namespace peers
