// SPDX-License-Identifier: MIT
#include "networks/card.hpp"

#include <cstddef>
#include <memory>
#include <string>

#include <vscg/cuda/card.hpp>
#include <vscg/cuda/products.hpp>

namespace networks {

namespace {

class card_in_use final : public card {
 public:
  card_in_use(std::size_t number, vscg::products precision) : card_(number, precision) {}
  std::string name() const override { return card_.name(); }

 private:
  vscg::cuda_card card_;
};

vscg::products products_named(const std::string& precision) {
  if (precision == "split") return vscg::products::split;
  if (precision == "tf32") return vscg::products::tf32;
  return precision == "bf16" ? vscg::products::bf16 : vscg::products::exact;
}

}  // namespace

std::unique_ptr<card> use_card(std::size_t number, const std::string& precision) {
  return std::make_unique<card_in_use>(number, products_named(precision));
}

std::string name_of_card(std::size_t number) { return vscg::cuda_card::name_of(number); }

}  // namespace networks
