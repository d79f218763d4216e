// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include <vscg/core/error.hpp>

namespace vscg {

/// Returns what `start()` returns: a std::thread, a std::future. If the system has no thread to give, throws
/// vscg::expectation_error "threads: expected <wanted>, the system gives <given> (<why>)". The standard library's error
/// says neither what the thread was for nor how many there are.
template <class Start>
decltype(auto) start_thread(Start start, std::string_view wanted, std::string_view given = "none") {
  const auto refuse = [&](std::string_view why) -> expectation_error {
    std::string text = "threads: expected ";
    text.append(wanted).append(", the system gives ").append(given).append(" (").append(why).append(")");
    return expectation_error(text);
  };
  try {
    return start();
  } catch (const std::system_error& problem) {
    throw refuse(problem.code().message());
  } catch (const std::bad_alloc&) {
    throw refuse("no memory");
  }
}

}  // namespace vscg

#include <vscg/core/end.hpp>
