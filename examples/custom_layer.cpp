// SPDX-License-Identifier: MIT
// A layer of your own in a network of your own.
//
// A network is a type: five named parts, each a plain struct that says what it learns and how its outputs follow from
// its inputs. This program writes a layer, puts it in place of VSCG's recurrent encoder, and runs the result. Nothing
// else needs to be said: weights, their names and initial values, memory, threads and gradients follow from the type.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <future>
#include <vector>

#include <vscg/vscg.hpp>

namespace {

using namespace vscg;

// A layer lists its members: that is how the library finds what it learns and how it names the weights in a file.
// (Forget one and the program does not compile.) The call is a template, because the same code serves float and double,
// training and inference, every backend and every batch size: x is not an array but stands for one, and this code runs
// once, to be recorded.
template <int In, int Out>
struct gated_linear {
  nn::linear<In, Out> value, gate;
  VSCG_MEMBERS(value, gate)

  auto operator()(auto x) const { return value(x) * sigmoid(gate(x)); }
};

// Stage 2 of a localizer takes both streams and returns both. Here each segment is encoded on its own, without memory.
struct gated_encoder {
  gated_linear<128, 256> audio, visual;
  VSCG_MEMBERS(audio, visual)

  auto operator()(auto sound, auto picture) const { return streams{audio(sound), visual(picture)}; }
};

// The paper's network with that one part replaced. Shapes belong to types: if the encoder had 255 channels instead of
// 256, the first line of the compiler's error would say that positive_sample_propagation<...> expects 256 and gets 255.
using my_net = localizer<audio_guided_attention<>, gated_encoder, positive_sample_propagation<>, escm<shared_cere<>>,
                         event_head<>>;

// Some features: any contiguous arrays will do, audio [N, 10, 128] and visual [N, 10, 7, 7, 512].
std::vector<float> features(const char* name, std::size_t count) {
  const random_stream stream(seed{1}, name);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(stream.uniform(i));
  return values;
}

}  // namespace

int main() {
  constexpr std::size_t videos = 2;
  const auto audio = features("audio", videos * 10 * 128);
  const auto visual = features("visual", videos * 10 * 7 * 7 * 512);

  // Scalar and backend are chosen where a network is run, never inside it. The weights start from one seed, as the
  // layers say; vscg::load(net, file) of <vscg/io/weights.hpp> would read them from a file.
  const model<my_net, float, cpu> net{seed{1}};
  std::printf("%zu numbers in %zu arrays, among them\n", net.weights().count(), net.weights().table().entries.size());
  for (const auto& entry : net.weights().table().entries) {
    if (entry.name.find("gate.weight") == std::string::npos) continue;
    std::printf("  %s [%zu, %zu]\n", entry.name.c_str(), entry.shape[0], entry.shape[1]);
  }

  // Inference is const. The outputs have names, and own their numbers.
  const auto events = net.infer(audio, visual);
  for (std::size_t i = 0; i < videos; ++i) {
    const auto category = events.event_category.item(i);
    std::printf("video %zu: category %td, relevance", i, std::ranges::max_element(category) - category.begin());
    for (const float logit : events.event_relevance.item(i)) std::printf(" %+.2f", static_cast<double>(logit));
    std::printf("\n");
  }

  // A server keeps one session per caller: the weights are shared, and everything else belongs to the session, is
  // planned once, and a call allocates nothing. Here are two callers at the same time, with one thread and with two.
  const auto serve = [&](std::size_t n) {
    session<my_net, float, cpu> own(net.weights(), threads{n}, batch_capacity{videos});
    const auto seen = own.infer(audio, visual).event_relevance.values();  // a view, valid until the next call
    return std::vector<float>(seen.begin(), seen.end());
  };
  auto other = std::async(std::launch::async, serve, 2);
  const bool same = serve(1) == events.event_relevance.numbers && other.get() == events.event_relevance.numbers;

  // The library promises the same bits for any number of threads and in any batch.
  std::printf("two sessions at once: %s\n", same ? "the same numbers to the last bit" : "OTHER NUMBERS");
  return same && std::fflush(stdout) == 0 ? 0 : 1;
}
