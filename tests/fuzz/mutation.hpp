// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "target.hpp"
#include "tokens.hpp"

// Bytes that change at random seldom get past a format's first check. These changes keep most of a text valid: a number
// becomes another number, a quoted string another one, an item of a list appears twice.

namespace fuzz {

using random_source = std::minstd_rand;

/// A number in [0, count), uniform enough.
inline std::size_t below(random_source& random, std::size_t count) { return random() / 7 % count; }
inline bool one_in(random_source& random, std::size_t count) { return below(random, count) == 0; }

template <class Items>
const auto& any_of(random_source& random, const Items& items) {
  return items[below(random, std::size(items))];
}

inline constexpr std::string_view edge_numbers[] = {"0",
                                                    "1",
                                                    "2",
                                                    "3",
                                                    "7",
                                                    "10",
                                                    "28",
                                                    "29",
                                                    "255",
                                                    "256",
                                                    "65535",
                                                    "65536",
                                                    "2147483647",
                                                    "2147483648",
                                                    "4294967295",
                                                    "4294967296",
                                                    "9223372036854775807",
                                                    "9223372036854775808",
                                                    "18446744073709551615",
                                                    "18446744073709551616",
                                                    "-1",
                                                    "-0",
                                                    "00",
                                                    "010",
                                                    "0.5",
                                                    "1.0",
                                                    "1e2",
                                                    "1e19",
                                                    "1e400",
                                                    "1e-400",
                                                    "-9223372036854775809",
                                                    "0.7",
                                                    "0.099"};

/// Removes an item from its list, or doubles it.
inline void change_item(token_list& tokens, std::size_t at, random_source& random) {
  const auto place = [&](std::size_t i) { return tokens.begin() + static_cast<std::ptrdiff_t>(i); };
  const auto [begin, end] = item_around(tokens, at);
  if (one_in(random, 2)) {
    const bool separated = end < tokens.size() && tokens[end].separates();
    const bool last = !separated && begin > 0 && tokens[begin - 1].separates();
    tokens.erase(place(begin - (last ? 1 : 0)), place(end + (separated ? 1 : 0)));
  } else {
    const bool lines = end < tokens.size() && tokens[end].is("\n");
    token_list copy = {{lines ? "\n" : ",", token_kind::mark}};
    copy.insert(copy.end(), place(begin), place(end));
    tokens.insert(place(end), copy.begin(), copy.end());
  }
}

/// Makes one change to a text's tokens. `words` are the format's; a quoted one stands for a quoted string.
inline void change_token(token_list& tokens, std::span<const std::string_view> words, random_source& random) {
  if (tokens.empty()) tokens.push_back(first_token(any_of(random, words)));
  std::size_t at = below(random, tokens.size());
  switch (below(random, 32)) {
    case 0:
      tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    case 1:
      tokens.insert(tokens.begin() + static_cast<std::ptrdiff_t>(at), first_token(any_of(random, words)));
      return;
    case 2:
      std::swap(tokens[at], tokens[below(random, tokens.size())]);
      return;
    case 3:
    case 4:
    case 5:
    case 6:
      change_item(tokens, at, random);
      return;
    default:
      break;
  }
  for (int tries = 0; tries < 8 && tokens[at].kind >= token_kind::blank; ++tries) at = below(random, tokens.size());
  if (tokens[at].kind == token_kind::number && !one_in(random, 4)) {
    tokens[at].text = any_of(random, edge_numbers);
    return;
  }
  for (int tries = 0; tries < 8; ++tries) {
    const token other = one_in(random, 2) ? any_of(random, tokens) : first_token(any_of(random, words));
    if (other.kind != tokens[at].kind && !one_in(random, 64)) continue;
    tokens[at] = other;
    return;
  }
}

/// Makes a few changes, and seldom many.
inline void change_tokens(token_list& tokens, std::span<const std::string_view> words, random_source& random) {
  do change_token(tokens, words, random);
  while (one_in(random, 3));
}

/// Lets libFuzzer, which knows what the code has compared, change bytes.
inline std::string mutate_bytes(std::string_view bytes, std::size_t longer) {
  std::string result(bytes);
  result.resize(bytes.size() + longer);
  result.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(result.data()), bytes.size(), result.size()));
  return result;
}

/// Puts a mutator's result where libFuzzer wants it.
inline std::size_t give(std::string_view result, std::uint8_t* data, std::size_t max_size) {
  const std::size_t size = std::min(result.size(), max_size);
  std::memcpy(data, result.data(), size);
  return size;
}

}  // namespace fuzz
