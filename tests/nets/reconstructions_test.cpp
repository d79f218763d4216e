// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <vscg/nets/hosts/avin_reconstruction.hpp>
#include <vscg/nets/hosts/bilinear_pooling.hpp>
#include <vscg/nets/hosts/cman_reconstruction.hpp>
#include <vscg/nets/hosts/dam_reconstruction.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/segment_loss.hpp>
#include <vscg/nets/hosts/segment_products.hpp>
#include <vscg/nets/hosts/sentinel_attention.hpp>
#include <vscg/nets/hosts/tag_loss.hpp>
#include <vscg/testing/gradient_check.hpp>

#include "golden/golden_case.hpp"
#include "nets/network_contract.hpp"

// Networks that were never released have no golden files. reconstructions/record.py says the same networks once more,
// with PyTorch's layers; its files have the names of all arrays, outputs, loss, gradients and some steps of Adam.

using namespace vscg;

namespace {

template <class Network, class Loss>
void check(const std::string& name, std::size_t parameters) {
  const char* const tests = std::getenv("VSCG_TESTS_DIR");
  if (tests == nullptr) {
    MESSAGE("skipped: VSCG_TESTS_DIR does not name the folder of the tests");
    return;
  }
  const auto path = std::filesystem::path(tests) / "nets/reconstructions" / (name + ".1.json");
  const auto compared = golden::compare_file<Network, Loss, double, cpu>(path, golden::usual_tolerance<double>,
                                                                         golden::extent::everything)
                            .value();
  CHECK(compared.parameters == golden::parameter_counts{parameters, parameters});  // the loss reaches all of them
  compared.finish();
}

/// Checks the gradients of all operands and parameters, at operands between 0.1 and 0.9.
template <class Inputs, class Function>
void check_gradients_of(const Function& function) {
  testing::gradient_options positive;
  positive.value = [](std::size_t, double random) { return 0.5 + 0.4 * random; };
  const auto report = testing::check_gradients<Inputs, cpu>(function, positive);
  CHECK_MESSAGE(report, report.text());
}

}  // namespace

TEST_CASE("dam_reconstruction_fully") {
  check<dam_reconstruction<>, matched_relevance_loss<>>("dam_reconstruction_fully", 1347661);
}
TEST_CASE("avin_reconstruction_fully") {
  check<avin_reconstruction<>, segment_class_loss<>>("avin_reconstruction_fully", 1993038);
}
TEST_CASE("avin_reconstruction_weakly") {
  check<avin_reconstruction<setting::weakly>, tag_loss<>>("avin_reconstruction_weakly", 1993038);
}
TEST_CASE("cman_reconstruction_fully") {
  check<cman_reconstruction<>, segment_class_loss<>>("cman_reconstruction_fully", 726813);
}
TEST_CASE("cman_reconstruction_weakly") {
  check<cman_reconstruction<setting::weakly>, tag_loss<>>("cman_reconstruction_weakly", 726813);
}
TEST_CASE("the reconstructions keep their bits") {
  network_contract::keeps_its_bits<dam_reconstruction<>, matched_relevance_loss<>, double, cpu>();
  network_contract::keeps_its_bits<avin_reconstruction<>, segment_class_loss<>, double, cpu>();
  network_contract::keeps_its_bits<avin_reconstruction<setting::weakly>, tag_loss<>, double, cpu>();
  network_contract::keeps_its_bits<cman_reconstruction<>, segment_class_loss<>, double, cpu>();
  network_contract::keeps_its_bits<cman_reconstruction<setting::weakly>, tag_loss<>, double, cpu>();
}
TEST_CASE("gradients of what the reconstructions are made of") {
  using stream = shape<dyn, 3, 4>;
  check_gradients_of<input_shapes<stream, stream, stream, shape<dyn, 2, 4>>>(sentinel_attention<4>{});
  check_gradients_of<input_shapes<stream, shape<dyn, 4>>>(
      [](auto segments, auto vector) { return segment_products(segments, vector); });
  check_gradients_of<input_shapes<shape<dyn, 3, 6>, shape<dyn, 1, 6>>>(
      [](auto u, auto w) { return bilinear_pooling<3>(u, w, nn::dropout{0}); });
}
