// SPDX-License-Identifier: MIT
#include <type_traits>

#include <doctest/doctest.h>

#include <vscg/core/shape.hpp>

using vscg::dyn;
using vscg::shape;

// Shapes are types: if this builds, it passes.
static_assert(shape<dyn, 10, 256>::per_item);
static_assert(shape<dyn, 10, 256>::elements == 2560);
static_assert(shape<dyn>::per_item && shape<dyn>::elements == 1);
static_assert(!shape<256>::per_item && shape<256>::elements == 256);
static_assert(shape<>::elements == 1 && !shape<>::per_item);
static_assert(vscg::extent<shape<dyn, 10, 256>, 1> == 10);
static_assert(vscg::extent<shape<dyn, 10, 256>, -1> == 256);
static_assert(vscg::extent<shape<dyn, 10, 256>, -3> == dyn);
static_assert(std::is_same_v<vscg::with_channels<shape<dyn, 10, 256>, 29>, shape<dyn, 10, 29>>);
static_assert(std::is_same_v<vscg::with_channels<shape<7>, 9>, shape<9>>);
static_assert(std::is_same_v<vscg::without_channels<shape<dyn, 10, 256>>, shape<dyn, 10>>);
static_assert(std::is_same_v<vscg::without_channels<shape<dyn, 10>>, shape<dyn>>);
static_assert(vscg::rows_of<shape<dyn, 10, 49, 512>> == 490);
static_assert(vscg::require_extent<int, 5, 5>());

TEST_CASE("shapes are types whose numbers can be read at run time") {
  using visual = shape<dyn, 10, 7, 7, 512>;
  CHECK(visual::rank == 5);
  CHECK(visual::extents[0] == dyn);
  CHECK(visual::elements == 10U * 49U * 512U);
}
