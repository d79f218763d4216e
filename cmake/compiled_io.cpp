// SPDX-License-Identifier: MIT
// The library vscg::compiled: reading and writing JSON.
#define VSCG_COMPILED_HERE
#include <vscg/io/json.hpp>

namespace vscg::io {
template json parse_json(std::string_view, const std::string&, int);
template void json_walk(std::string_view, const std::string&, nlohmann::json_sax<json>&);
template std::string json_dump(const json&, int);
}  // namespace vscg::io
template class nlohmann::basic_json<nlohmann::ordered_map>;
