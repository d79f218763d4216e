// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>

#include <vscg/model/next_batch.hpp>
#include <vscg/model/resident_arrays.hpp>

namespace vscg {

/// Inference of one batch after another. If the backend has memory of its own, the next batch comes there while one
/// computes, and a call returns the outputs of the call before. Otherwise it returns those of its own arrays at once.
///
///   inference_ahead ahead(session);
///   while (next(audio, visual))
///     if (const auto found = ahead.infer(audio, visual)) tell(found->call, found->outputs);
///   if (const auto found = ahead.finish()) tell(found->call, found->outputs);
///
/// Outputs have the bits of `session::infer`, and are valid until the next call of this or of the session. After the
/// first call, it allocates nothing. The session must live longer. Arrays are read only during the call that brings
/// them; a batch is computed with the weights of the next call.
template <class Session>
class inference_ahead {
  static constexpr bool comes = Session::fetches;  // whether batches have to come to the backend's memory
  struct nothing {
    nothing(const auto&...) {}
  };

 public:
  /// Outputs, and which call of `infer` brought their batch: from 0, after the last `finish` or `drop`.
  struct result {
    std::size_t call = 0;
    typename Session::outputs outputs{};
  };

  explicit inference_ahead(Session& s) : session_(s), next_(s.staged_, s.runner_, s.max_items()) {}
  explicit inference_ahead(Session&&) = delete;

  /// Takes the host's arrays, and throws the same as `session::infer`. If there is no memory for a second batch,
  /// returns the outputs of these arrays. After an error of a batch before, neither batch is there any more.
  template <class... Arrays>
  std::optional<result> infer(const Arrays&... arrays) {
    constexpr bool lies_there = (is_resident<Arrays> || ...);
    static_assert(!lies_there,
                  "vscg::inference_ahead::infer: resident arrays need no bringing: call the session's infer");
    if constexpr (lies_there || !Session::template takes<Arrays...>()) {
      return std::nullopt;
    } else {
      if constexpr (comes) {
        const auto batch = session_.batch_of(arrays...);
        if (next_.has_room()) {
          const auto bring = [&] { next_.bring(typename Session::no_header{}, batch); };
          if (next_.waits()) return infer_meanwhile(bring);
          bring();
          return std::nullopt;
        }
      }
      const auto outputs = session_.infer(arrays...);
      return result{calls_++, outputs};
    }
  }

  /// Infers the last batch, if one waits for it. Throws the same as `session::infer`.
  std::optional<result> finish() {
    std::optional<result> last;
    if constexpr (comes) {
      if (next_.waits()) last = infer_meanwhile([] {});
    }
    calls_ = 0;
    return last;
  }

  /// Forgets the batch that waits.
  void drop() {
    if constexpr (comes) next_.drop();
    calls_ = 0;
  }

  /// Bytes of memory that it holds besides the session's.
  std::size_t memory() const {
    if constexpr (comes)
      return next_.bytes();
    else
      return 0;
  }

 private:
  template <class F>
  result infer_meanwhile(const F& bring) {
    try {
      const auto outputs = next_.turn([&] { session_.launch(); }, bring, [&] { return session_.finish(); });
      return {calls_++, outputs};
    } catch (...) {
      calls_ = 0;
      throw;
    }
  }

  Session& session_;
  std::conditional_t<comes, next_batch<decltype(Session::staged_), decltype(Session::runner_)>, nothing> next_;
  std::size_t calls_ = 0;  // whose outputs were returned
};

}  // namespace vscg

#include <vscg/core/end.hpp>
