// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <vscg/core/config.hpp>

namespace vscg::train {

/// Anonymous memory of this process now, in MiB (touched heap and stacks; mapped files do not count). Linux reports it
/// as RssAnon; 0 elsewhere.
inline double anonymous_memory_mib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind("RssAnon:", 0) != 0) continue;
    std::istringstream rest(line.substr(8));
    double kib = 0;
    rest >> kib;
    return kib / 1024.0;
  }
  return 0.0;
}

/// The largest anonymous memory seen at any sample(), construction included. The kernel keeps no such maximum (its
/// VmHWM counts mapped files), so sample where memory is largest, once per step.
class peak_memory {
 public:
  peak_memory() { sample(); }

  void sample() { mib_ = std::max(mib_, anonymous_memory_mib()); }

  double mib() const { return mib_; }

 private:
  double mib_ = 0.0;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
