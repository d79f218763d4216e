// SPDX-License-Identifier: MIT
// Arrays that no batch is made of: one error each, which says what to pass or names the array.
// errors: each
#include <vscg/vscg.hpp>

using namespace vscg;

using network = model<nn::linear<4, 3>, float, cpu>;
struct class_loss {
  using targets = input_shapes<indices<dyn>>;
  static constexpr std::array<const char*, 1> term_names{"class"};
  auto operator()(Var auto y, Var auto target) const {
    const auto mean = batch_mean(cross_entropy(y, target));
    return loss_terms{mean, std::array{mean}};
  }
};
using training = trainer<network, adam, class_loss>;
using inference = session<nn::linear<4, 3>, float, cpu>;
using numbers = std::span<const float>;
using classes = std::span<const int>;
using rows = std::span<const std::size_t>;

// expect: inference_ahead::infer: resident arrays need no bringing: call the session's infer
auto infer_resident(inference_ahead<inference>& s, const inference::resident& x, rows some) { return s.infer(x, some); }
// expect: one array for each of the network's inputs, then for each of the loss's targets
auto train_without_targets(training& t, numbers x) { return t.step(x); }
// expect: an array has its numbers in one block, and an array of arrays has not
auto train_nested(training& t, const std::vector<std::array<float, 4>>& x, classes y) { return t.step(x, y); }
// expect: array_mismatch<.*input<0>, .*expects_array_of<float, .*shape<-1, 4> ?>, .*gets_array_of<int> ?>
auto infer_classes(inference& s, classes x) { return s.infer(x); }
// expect: array_mismatch<.*target<0>, .*expects_array_of<int, .*indices<-1> ?>, .*gets_array_of<float> ?>
auto train_for_numbers(training& t, numbers x, numbers y) { return t.step(x, y); }
// expect: array_mismatch<.*target<0>, .*expects_array_of<int, .*indices<-1> ?>, .*gets_array_of<long( int)? ?>
auto train_for_long_numbers(training& t, numbers x, std::span<const long> y) { return t.step(x, y); }
// expect: classes are std::int32_t
auto count_long_numbers(inference_ahead<inference>& s,
                        const std::vector<std::tuple<numbers, std::span<const long>>>& x) {
  return accuracy(s, x);
}
// expect: an array has its numbers in one block, and an array of arrays has not: put all of them into one std::vector
auto infer_nested(const network& net, const std::vector<std::vector<float>>& x) { return net.infer(x); }
// expect: if you have a pointer, pass std::span.pointer, count.
auto infer_pointer(const network& net, const float* x) { return net.infer(x); }
// expect: an array is a std::vector, std::span, std::array, C array, xtensor or Eigen array of numbers
auto infer_bits(const network& net, const std::vector<bool>& x) { return net.infer(x); }
// expect: array_mismatch<.*input<0>, .*expects_array_of<float, .*shape<-1, 4> ?>, .*gets_array_of<double> ?>
auto infer_doubles(const network& net, std::span<const double> x) { return net.infer(x); }
// expect: array_mismatch<.*input<0>, .*expects_array_of<float, .*shape<-1, 4> ?>, .*gets_array_of<double> ?>
auto infer_table(const network& net, const double (&x)[3][4]) { return net.infer(x); }
