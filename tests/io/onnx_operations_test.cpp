// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/onnx.hpp>

#include "io/recorded.hpp"
#include "ops/cases/broadcast.hpp"
#include "ops/cases/elementwise.hpp"
#include "ops/cases/loss.hpp"
#include "ops/cases/product.hpp"
#include "ops/cases/recurrent.hpp"
#include "ops/cases/rows.hpp"
#include "ops/cases/time.hpp"
#include "support/contains.hpp"
#include "support/onnx_check.hpp"
#include "support/temporary_folder.hpp"

using vscg::io::onnx_model;

namespace {

using all_cases = decltype(std::tuple_cat(contract::broadcast_cases{}, contract::elementwise_cases{},
                                          contract::loss_cases{}, contract::linear_cases{}, contract::product_cases{},
                                          contract::recurrent_cases{}, contract::rows_cases{}, contract::time_cases{}));

/// What no ONNX graph has: some are for training, and ONNX's LSTM returns only its last cells.
const std::set<std::string> without_onnx{"dropout", "gaussian_noise", "batch_norm", "lstm_with_cells"};

/// Calls f(case) for each operation of the contract that inference has.
template <class F>
void for_each_case(const F& f) {
  const auto one = [&](const auto& each) {
    const std::string name = each.name;
    if (!without_onnx.contains(name.substr(0, name.find(' ')))) f(each);
  };
  std::apply([&](const auto&... each) { (one(each), ...); }, all_cases{});
}

/// The operators of a case, and the signature of the graph that agreed with ONNX Runtime.
struct expected_graph {
  std::string operators;
  std::uint64_t signature;
};

/// The graphs that are known to be right, for machines without ONNX Runtime. A new or changed one is first compared
/// there, then stored here.
const std::map<std::string, expected_graph> expected_graphs{
    {"relu", {"Relu", 0x6c1abda349ce66a0U}},
    {"sigmoid", {"Sigmoid", 0xe03ff2a065fc6728U}},
    {"tanh", {"Tanh", 0x9398a5fde0c64697U}},
    {"gelu", {"Mul Erf Mul Add Mul", 0xb758ed85d1db031bU}},
    {"silu", {"Sigmoid Mul", 0x2c7bddf8c9d67f7bU}},
    {"signed_sqrt", {"Sign Abs Sqrt Mul", 0xf74e7424bd3f973fU}},
    {"scale", {"Mul", 0x36b5b8d9dbabcd2cU}},
    {"threshold", {"Greater Where", 0xc2c0a9f44d61ea54U}},
    {"add", {"Add", 0x576642d5484be0caU}},
    {"multiply", {"Mul", 0xd10b1e2556a21921U}},
    {"add, x + x", {"Add", 0x87926d6a080fa980U}},
    {"multiply, x x", {"Mul", 0x366892272d28e33fU}},
    {"tanh without batch", {"Tanh", 0x9398a5fde0c64697U}},
    {"binary_cross_entropy_with_logits", {"Relu Mul Sub Abs Neg Softplus Add ReduceMean", 0x195d14e80e9e7bd9U}},
    {"binary_cross_entropy", {"Log Max Mul Sub Sub Log Max Mul Add Neg ReduceMean", 0xf34e223ea55344faU}},
    {"mse_loss", {"Sub Mul ReduceMean", 0x21e1e2ec2fe1d059U}},
    {"cross_entropy", {"LogSoftmax Mul ReduceSum Neg", 0xcdc9ad94ca6b6e8cU}},
    {"index_cross_entropy",
     {"LogSoftmax Less Max Unsqueeze GatherElements Squeeze Neg Where ReduceMean", 0x7f4ee57f309d8bd0U}},
    {"cross_entropy of segments", {"LogSoftmax Mul ReduceSum Neg ReduceMean", 0x8096bc2c7ff58b78U}},
    {"index_cross_entropy, smoothed and weighted",
     {"Reshape LogSoftmax Less Max Unsqueeze GatherElements Squeeze Neg Gather Mul Mul ReduceSum Mul Mul Add Where "
      "ReduceMean",
      0x1e80b3b73d2c906aU}},
    {"class_mean", {"Less Where ReduceSum Mul ReduceSum Div Reshape", 0x55c3a6f71a7388f5U}},
    {"class_mean, weighted",
     {"Reshape Less Max Gather Where ReduceSum Mul ReduceSum Div Reshape", 0xcf3ed6951c366454U}},
    {"l1_loss", {"Sub Abs ReduceMean", 0x59fea1c33c02ba25U}},
    {"batch_mean", {"ReduceMean", 0xe872a2cd97e6a8f9U}},
    {"batch_weighted_sum", {"Mul ReduceSum", 0xcc47f60bb06463ceU}},
    {"linear", {"Transpose MatMul Add", 0xe9e5f3caa7058372U}},
    {"linear with relu", {"Transpose MatMul Add Relu", 0x22b4638ca14b26ceU}},
    {"linear with tanh", {"Transpose MatMul Add Tanh", 0x4ef1a5e4275e8145U}},
    {"linear with gelu", {"Transpose MatMul Add Mul Erf Mul Add Mul", 0x74ca3c6c8de1ff0fU}},
    {"linear without bias", {"Transpose MatMul", 0x14c4f3414f34968dU}},
    {"linear with relu without bias", {"Transpose MatMul Relu", 0xd8f609d298f9cd8dU}},
    {"linear with a shared weight",
     {"Transpose MatMul Transpose MatMul Add Transpose MatMul Add", 0x5f9dc3f44ec3db47U}},
    {"linear of a weight by itself", {"Transpose MatMul Transpose MatMul", 0xba2223a82d3b158dU}},
    {"linear with one array", {"Transpose MatMul Reshape Add", 0x2f40bbade39654d7U}},
    {"linear_rows", {"Slice Transpose MatMul Slice Add Slice Transpose MatMul Slice Add Concat", 0xb4239c1c4ae79a6aU}},
    {"split_heads", {"Reshape Transpose", 0x4cf000e0d94c13adU}},
    {"merge_heads", {"Reshape Transpose Softmax Transpose Reshape", 0xa79ac6cbf0814446U}},
    {"matmul", {"MatMul", 0x428f0a4aaf70cb89U}},
    {"matmul with a transpose", {"Transpose MatMul", 0xfae8e63a75ed6f5bU}},
    {"matmul, x xᵀ", {"Transpose MatMul", 0xc3b135a5d254d49eU}},
    {"matmul of one row", {"MatMul", 0x428f0a4aaf70cb89U}},
    {"transpose", {"Transpose", 0x809c7f0ae2d78124U}},
    {"conv1d", {"Transpose Conv Transpose", 0x25b797822e9b0267U}},
    {"conv2d", {"Transpose Conv Transpose", 0x155e5ef96f670954U}},
    {"conv2d with a stride", {"Transpose Conv Transpose", 0xb0780592b07ae7a4U}},
    {"pairwise_products", {"Transpose MatMul Tanh", 0x886a302eabe4237eU}},
    {"mean_over_pairs", {"ReduceMean", 0xc752abf335afdd8dU}},
    {"lstm",
     {"Transpose Split Concat Split Concat Split Concat Split Concat Concat LSTM Transpose Reshape",
      0xc60087dbe9524fbcU}},
    {"gru",
     {"Transpose Split Concat Split Concat Split Concat Split Concat Concat GRU Transpose Reshape",
      0x63ae7c9bddce0561U}},
    {"gru from given states",
     {"Transpose Split Concat Split Concat Split Concat Split Concat Concat Transpose GRU Transpose Reshape",
      0xed54a1b49772e89fU}},
    {"lstm from given states",
     {"Transpose Split Concat Split Concat Split Concat Split Concat Concat Transpose Transpose LSTM Transpose Reshape",
      0xf94fb52722bc3ebbU}},
    {"lstm in one direction",
     {"Transpose Unsqueeze Split Concat Unsqueeze Split Concat Unsqueeze Split Concat Unsqueeze Split Concat Concat "
      "LSTM Transpose Reshape",
      0x7e3b4071778d718bU}},
    {"last states of a gru in one direction",
     {"Transpose Unsqueeze Split Concat Unsqueeze Split Concat Unsqueeze Split Concat Unsqueeze Split Concat Concat "
      "Transpose GRU Transpose Reshape Gather",
      0xc68e5fb64dd5f3adU}},
    {"lstm of several sequences in an item",
     {"Reshape Transpose Split Concat Split Concat Split Concat Split Concat Concat Reshape Transpose Reshape "
      "Transpose "
      "LSTM Transpose Reshape",
      0x774d3bcc08fd2c83U}},
    {"lstm_with_shared",
     {"Unsqueeze Expand Concat Reshape Transpose Split Concat Split Concat Split Concat Split Concat Concat LSTM "
      "Transpose Reshape",
      0xe95d955d8a2c6384U}},
    {"last states of a gru of several sequences in an item",
     {"Reshape Transpose Split Concat Split Concat Split Concat Split Concat Concat GRU Transpose Reshape Reshape "
      "Gather",
      0x5bd25ef6d06d3379U}},
    {"last states of two directions", {"Reshape Gather", 0x177a690f67ab9393U}},
    {"select_rows", {"Gather Gather Add", 0xd7f3edada2bf5574U}},
    {"divide_by_sum", {"ReduceSum Add Div", 0xa457b3c2cf23c210U}},
    {"normalize", {"ReduceL2 Max Div", 0xd312bbf1a0e28c5aU}},
    {"normalize, p = 1", {"ReduceL1 Max Div", 0x808c3dfe4e470537U}},
    {"softmax", {"Softmax", 0x04f3782155ed81aaU}},
    {"logsumexp", {"ReduceLogSumExp", 0x8db34742ace500c5U}},
    {"logsumexp, weighted", {"Log Add ReduceLogSumExp", 0x075e89e91bcc1210U}},
    {"logsumexp, weighted by one array for all items", {"Log Add ReduceLogSumExp", 0x075e89e91bcc1210U}},
    {"add_to_rows", {"Unsqueeze Add", 0x7b20fa9a8185731fU}},
    {"scale_rows", {"Unsqueeze Mul", 0xaf428b3fc5a260f8U}},
    {"layer_norm", {"LayerNormalization", 0x85be9491735b8769U}},
    {"cosine_similarity", {"Mul ReduceSum ReduceL2 Max ReduceL2 Max Mul Div", 0x7b5d79e1be089982U}},
    {"cosine_similarity of x and x", {"Mul ReduceSum ReduceL2 Max ReduceL2 Max Mul Div", 0x43e676b4fa94ce59U}},
    {"normalize_channels", {"Sub Add Sqrt Div Mul Add", 0xa0cea70cf262c6afU}},
    {"embedding", {"Gather", 0xc9610902d165adfcU}},
    {"mean_of_largest", {"TopK ReduceMean", 0x77788cef124f3b45U}},
    {"max_pool1d", {"Transpose MaxPool Transpose", 0xeb992b8a20996a50U}},
    {"max_pool1d with a rest", {"Transpose MaxPool Transpose", 0x8579a27b2adfa05aU}},
    {"max over steps", {"ReduceMax", 0x9906bb5b97e58f70U}},
    {"mean over steps", {"ReduceMean", 0xc752abf335afdd8dU}},
    {"shift", {"Add Mul Add Sub Mul Add", 0xc4f444cdb963d733U}},
    {"reciprocal", {"Div", 0xa443614e22da4f8fU}},
    {"subtract, multiply and divide with parameters", {"Sub Mul Div Add", 0x457cb2179a15a027U}},
    {"multiply, add and divide arrays of items", {"Mul Add Div", 0xf1fdc777bb9e4f41U}},
    {"multiply by turns", {"Mul", 0xd10b1e2556a21921U}},
    {"subtract and divide arrays of one shape", {"Div Sub", 0xc0cc93c6b3797781U}},
    {"divide by one array for all items", {"Div", 0xbad7ad380d9ecd56U}},
    {"divide without batch", {"Div", 0xbad7ad380d9ecd56U}},
    {"subtract and multiply, pairs of items", {"Sub Mul", 0xb1e97021a157a6b1U}},
    {"max over an inner axis, mean over the last", {"ReduceMax ReduceMean", 0xf25b9b3356d419abU}},
    {"sum over the first axis, max over the last", {"ReduceSum ReduceMax", 0x0968f5b15d9cf79fU}},
    {"sum_groups", {"Reshape ReduceSum", 0x88de7258b87419aaU}},
    {"sum over the only axis", {"ReduceSum", 0x58afb3b8f3286e2dU}},
    {"permute", {"Transpose Transpose", 0x15df0c56753b4d3aU}},
    {"permute without a copy", {"Reshape Transpose MatMul", 0x847b1dd27b69fb1dU}},
    {"cat", {"Concat Concat", 0xa6f8dca9c67e9287U}},
    {"view", {"Reshape Softmax", 0xc83915b191003907U}}};

}  // namespace

TEST_CASE("every operation becomes nodes that the official schema accepts") {
  for_each_case([](const auto& c) {
    const std::string name = c.name;
    INFO(name);
    const auto one = recorded::record(c, typename std::remove_cvref_t<decltype(c)>::operands{});
    const auto model = onnx_check::parsed(onnx_model(one.exportable()).SerializeAsString());
    onnx_check::expect_valid(model);
    const auto expected = expected_graphs.find(name);
    if (expected == expected_graphs.end()) {
      FAIL_CHECK("no graph is expected, found {\"" << onnx_check::operators_of(model) << "\", 0x" << std::hex
                                                   << onnx_check::signature_of(model) << "U}");
      return;
    }
    CHECK(onnx_check::operators_of(model) == expected->second.operators);
    CHECK(onnx_check::signature_of(model) == expected->second.signature);
  });
}

TEST_CASE("every operation gives the same numbers in ONNX Runtime") {
  constexpr std::size_t items = 5;
  const temporary_folder dir;
  for_each_case([&](const auto& c) {
    using Case = std::remove_cvref_t<decltype(c)>;
    const auto one = recorded::record(c, typename Case::operands{});
    const auto folder = dir / c.name;
    std::filesystem::create_directory(folder);
    vscg::io::save_onnx(folder / "model.onnx", one.exportable());
    contract::arrays x;
    for (std::size_t k = 0; k < one.operations->inputs().size(); ++k) {
      const vscg::slot& operand = one.operations->slot_table()[one.operations->inputs()[k]];
      const auto file = folder / ("input_" + std::to_string(k));
      auto numbers = contract::operand_values<float>(c.name, k, operand.size.elements(items), &Case::value);
      if (operand.type == vscg::element_type::int32) {
        for (float& number : numbers) number = std::floor(number);
        onnx_check::put_numbers(file, std::vector<std::int32_t>(numbers.begin(), numbers.end()));
      } else {
        onnx_check::put_numbers(file, numbers);
      }
      x.emplace_back(numbers.begin(), numbers.end());
    }
    const auto expected = Case::reference(items, x);
    onnx_check::put_numbers(folder / "output_0", std::vector<float>(expected.begin(), expected.end()));
  });
  onnx_check::agrees_with_runtime(dir, items, 1e-5);
}

TEST_CASE("every operation of the library has a mapping and a case") {
  const char* const tests = std::getenv("VSCG_TESTS_DIR");
  if (tests == nullptr) {
    MESSAGE("skipped: VSCG_TESTS_DIR does not name the folder of the tests");
    return;
  }
  std::set<std::string> kinds;
  for_each_case([&](const auto& c) {
    const auto one = recorded::record(c, typename std::remove_cvref_t<decltype(c)>::operands{});
    for (const auto& n : one.operations->nodes()) kinds.insert(n.kind);
  });
  const auto mappings = vscg::io::onnx_mappings();
  std::size_t found = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(tests) / "../include/vscg/ops")) {
    if (file.path().extension() != ".hpp") continue;
    std::ifstream lines(file.path());
    for (std::string line; std::getline(lines, line);) {
      if (!contains(line, "constexpr const char* name = ")) continue;
      // A line has one name, or two to choose from.
      for (auto at = line.find('"'); at != std::string::npos; at = line.find('"', at)) {
        const auto end = line.find('"', at + 1);
        const std::string name = line.substr(at + 1, end - at - 1);
        at = end + 1;
        ++found;
        INFO(name << ": a new operation needs a mapping in io/onnx/mappings.hpp and a case in tests/ops/cases");
        CHECK(mappings.contains(name));
        CHECK(kinds.contains(name) != without_onnx.contains(name));
      }
    }
  }
  CHECK(found >= mappings.size());
}
