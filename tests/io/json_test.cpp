// SPDX-License-Identifier: MIT
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <vscg/io/json.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using vscg::io::json;

TEST_CASE("written for people: order kept, newline at the end, reads back") {
  const temporary_folder scratch;
  json value;
  value["test_accuracy"] = 0.75;
  value["epoch"] = 3;
  value["a"] = {1, 2};
  value["undefined"] = std::numeric_limits<double>::quiet_NaN();
  vscg::io::write_json(scratch / "summary.json", value);
  const std::string text = bytes_of(scratch / "summary.json");
  CHECK(text.starts_with("{\n  \"test_accuracy\": 0.75,\n  \"epoch\": 3,\n"));
  CHECK(text.ends_with("\"undefined\": null\n}\n"));
  const json back = vscg::io::read_json(scratch / "summary.json");
  CHECK(back["a"][1] == 2);
  CHECK(back.size() == 4);
}

TEST_CASE("errors name the file") {
  const temporary_folder scratch;
  const auto message_for = [&](const std::string& text) {
    put_bytes(scratch / "x.json", text);
    return error_of([&] { vscg::io::read_json(scratch / "x.json"); });
  };
  const std::string name = (scratch / "x.json").string();
  CHECK(message_for("{\"a\": 1}").empty());
  CHECK(contains(message_for("{\"a\": 1"), name + ": expected valid JSON"));
  CHECK(contains(message_for(""), name + ": expected valid JSON"));
  CHECK(contains(message_for("{\"a\": 1} {"), "valid JSON"));
  CHECK(contains(message_for("{\"a\": {\"b\": 1, \"b\": 2}}"), "expected every key once, found \"b\" twice"));
  CHECK(message_for("{\"a\": {\"b\": 1}, \"c\": {\"b\": 2}}").empty());
  CHECK(contains(message_for(std::string(100000, '[')), "deeper nesting"));
  // The parser would take the zero byte for the end of the text.
  CHECK(contains(message_for(std::string("{\"a\": 1}\0", 9)), "expected valid JSON, found a zero byte at byte 8"));
  CHECK(contains(message_for(std::string("{\"a\": 1}\0{", 10)), "expected valid JSON, found a zero byte at byte 8"));
}

TEST_CASE("a report is written whatever bytes a path holds: what is not UTF-8 becomes U+FFFD") {
  const temporary_folder scratch;
  json report;
  report["weights"] = "caf\xE9/\xC3\xA9/\xFF\xFE.safetensors";
  report["cut"] = "\xE2\x82";
  vscg::io::write_json(scratch / "y.json", report);
  const json back = vscg::io::read_json(scratch / "y.json");
  CHECK(back["weights"] == "caf\xEF\xBF\xBD/\xC3\xA9/\xEF\xBF\xBD\xEF\xBF\xBD.safetensors");
  CHECK(back["cut"] == "\xEF\xBF\xBD");
  const auto quoted = [](const std::string& text) { return vscg::io::json_quoted(text, "name"); };
  CHECK(quoted("\"\xC3\xA9\n") == "\"\\\"\xC3\xA9\\n\"");
  CHECK(error_of([&] { quoted("caf\xE9"); }) == "name: expected text in UTF-8, found the byte 0xE9 at byte 3");
}
