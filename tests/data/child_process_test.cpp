// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <vscg/data/child_process.hpp>

#include "support/contains.hpp"

using namespace vscg::data;
using outcome = child_answer::outcome;

namespace {

const auto begin = [] {};

}  // namespace

TEST_CASE("a child's answer, or how it ended") {
  const std::string long_text(1 << 20U, 'x');
  const child_answer good = ask_child(begin, [&] { return long_text; });
  CHECK(good.result == outcome::answered);
  CHECK(good.text == long_text);
  const child_answer killed = ask_child(begin, []() -> std::string { std::raise(SIGSEGV), std::abort(); });
  CHECK(killed.result == outcome::died);
  CHECK(contains(killed.text, "signal 11"));
  const child_answer thrown = ask_child(begin, []() -> std::string { throw 1; });
  CHECK(thrown.result == outcome::died);

  const auto handler = std::signal(SIGCHLD, SIG_IGN);  // nobody can ask for the exit status then
  CHECK(ask_child(begin, [&] { return long_text; }).text == long_text);
  CHECK(ask_child(begin, []() -> std::string { std::abort(); }).result == outcome::died);
  std::signal(SIGCHLD, handler);

  rlimit before{}, one_second{};
  rusage used{};
  REQUIRE(::getrlimit(RLIMIT_CPU, &before) == 0);
  REQUIRE(::getrusage(RUSAGE_SELF, &used) == 0);
  one_second = before;
  one_second.rlim_cur = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1;
  REQUIRE(::setrlimit(RLIMIT_CPU, &one_second) == 0);
  const child_answer endless = ask_child(begin, []() -> std::string {
    while (::getppid() != 0) {
    }
    return {};
  });
  ::setrlimit(RLIMIT_CPU, &before);
  CHECK(endless.result == outcome::died);
  CHECK(endless.text == "it did not end");
}
