// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/io/json_record.hpp>

#include "tables/document.hpp"
#include "tables/results.hpp"
#include "tables/statistics.hpp"
#include "tables/table.hpp"
#include "tables/text.hpp"

// A table of the paper with what was measured beside it.

namespace tables {

/// What all runs of a report share.
struct report_facts {
  std::string command;
  std::size_t seeds = 1;
  std::string epochs;    ///< "30", or "each as its authors trained it"
  std::string protocol;  ///< clean or released
};

/// The measurements for a cell; null if these programs have no such network, or the cell none.
inline const measurements* of(const cell& c, const all_measurements& all) {
  const auto found = all.find(c.network);
  return c.network.empty() || found == all.end() ? nullptr : &found->second;
}

namespace report_detail {

/// Why a cell shows no number; empty if it shows one.
inline std::string absence(const cell& c, const measurements* m, const by_seed measurements::*what) {
  if (c.network.empty()) return dash;
  if (m == nullptr) return "not built";
  if (m->runs() == 0) return "no run";
  return known(m->*what).empty() ? "not measured" : "";
}

inline std::string shown(const cell& c, const measurements* m, const by_seed measurements::*what, std::size_t seeds) {
  const std::string none = absence(c, m, what);
  if (!none.empty()) return none;
  const auto e = *estimate_of(known(m->*what));
  const std::string part =
      e.count == seeds ? "" : " (" + std::to_string(e.count) + " of " + std::to_string(seeds) + ")";
  return with_deviation(e, 1) + part;
}

/// Notes get letters in the order of their first use.
class note_letters {
 public:
  std::string mark(std::string_view note) {
    if (note.empty()) return "";
    const auto found = std::find(notes_.begin(), notes_.end(), note);
    const auto number = static_cast<char>(found - notes_.begin());
    if (found == notes_.end()) notes_.emplace_back(note);
    return std::string(" (") + static_cast<char>('a' + number) + ")";
  }
  std::vector<std::string> text() const {
    std::vector<std::string> all;
    for (const std::string& note : notes_) {
      all.push_back(std::string("(") + static_cast<char>('a' + static_cast<char>(all.size())) + ") " + note);
    }
    return all;
  }

 private:
  std::vector<std::string> notes_;
};

inline sheet accuracies(const table& t, const all_measurements& all, std::size_t seeds, note_letters& notes) {
  sheet s{"Accuracy, %", {"Method"}, {}};
  for (const std::string_view column : t.columns) {
    for (const char* what : {"published", "test accuracy", "best-test"}) {
      s.columns.push_back(std::string(column) + ": " + what);
    }
  }
  for (const row& r : t.rows) {
    std::vector<std::string> cells{std::string(r.method) + notes.mark(r.note)};
    for (const cell& c : r.cells) {
      cells.push_back(c.published == 0 ? dash : fixed(c.published, 1) + std::string(c.mark));
      cells.push_back(shown(c, of(c, all), &measurements::test, seeds));
      cells.push_back(shown(c, of(c, all), &measurements::best_test, seeds));
    }
    s.rows.push_back(std::move(cells));
  }
  return s;
}

inline sheet differences(const table& t, const all_measurements& all) {
  sheet s{
      "Differences of test accuracy, in points", {"Compared", "column", "difference", "95 % interval", "pairs"}, {}};
  for (const row& r : t.rows) {
    if (r.reference.empty()) continue;
    const row& reference = t.at(r.reference);
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      const auto *const a = of(r.cells[i], all), *const b = of(reference.cells[i], all);
      if (a == nullptr || b == nullptr) continue;
      const auto d = paired_difference(a->test, b->test);
      if (!d) continue;
      s.rows.push_back({std::string(r.method) + " − " + std::string(reference.method), std::string(t.columns[i]),
                        fixed(d->mean, 2, true), interval(*d, 2), std::to_string(d->count)});
    }
  }
  return s;
}

inline std::string mean_of(const by_seed& numbers, double unit, int digits) {
  const auto e = estimate_of(known(numbers));
  return e ? fixed(e->mean * unit, digits) : dash;
}

/// What computed a network's runs: "cpu, double".
inline std::string computed_on(const measurements& m) {
  std::string text;
  for (const std::string& one : m.computed_on) text += (text.empty() ? "" : "; ") + one;
  return text;
}

/// Networks in the order of their first cell.
inline sheet costs(const table& t, const all_measurements& all) {
  sheet s{"Costs", {"Network", "parameters", "reached by the loss"}, {}};
  const bool published =
      std::any_of(t.rows.begin(), t.rows.end(), [](const row& r) { return !r.cells.front().published_costs.empty(); });
  if (published) s.columns.emplace_back("published");
  if (t.trains) {
    for (const char* what : {"step, ms", "memory, MiB", "training", "computed on"}) s.columns.emplace_back(what);
  }
  std::vector<std::string_view> seen;
  for (std::size_t i = 0; i < t.columns.size(); ++i) {
    for (const row& r : t.rows) {
      const cell& c = r.cells[i];
      const auto* const m = of(c, all);
      if (m == nullptr || std::find(seen.begin(), seen.end(), c.network) != seen.end()) continue;
      seen.push_back(c.network);
      const networks::network_size size = m->network->size();
      std::vector<std::string> cells{std::string(c.network), grouped(size.parameters), grouped(size.reached)};
      if (published) cells.push_back(c.published_costs.empty() ? dash : std::string(c.published_costs));
      if (t.trains) {
        cells.push_back(mean_of(m->step_seconds, 1000, 1));
        cells.push_back(mean_of(m->memory_mib, 1, 0));
        const auto seconds = estimate_of(known(m->seconds));
        cells.push_back(seconds ? duration(seconds->mean) : dash);
        cells.push_back(m->runs() == 0 ? dash : computed_on(*m));
      }
      s.rows.push_back(std::move(cells));
    }
  }
  return s;
}

}  // namespace report_detail

inline document report(const table& t, const all_measurements& all, const report_facts& facts) {
  using namespace report_detail;
  document d;
  d.title = "Table " + roman(t.number) + ". " + std::string(t.title);
  d.command = facts.command;
  note_letters letters;
  if (t.trains) {
    d.head.push_back(
        "Seeds 1 to " + std::to_string(facts.seeds) + ", epochs: " + facts.epochs + ", protocol " + facts.protocol +
        ". Accuracy is the share of segments that are right, in percent: mean ± standard deviation over the "
        "seeds. Test accuracy is that of the epoch with the best accuracy on validation. Best-test is the "
        "best of all epochs, chosen on the test split itself, as most published numbers are. Published "
        "numbers are of AVE's features; only runs on those can be compared with them. What computed a network, and in "
        "which precision, is among the costs.");
    d.sheets.push_back(accuracies(t, all, facts.seeds, letters));
    auto compared = differences(t, all);
    if (!compared.rows.empty()) {
      d.notes.push_back(
          "Differences are of the same seeds. Their interval is that of Student's t for the mean of the pairs' "
          "differences; one that holds 0 says that chance may have made the difference.");
      d.sheets.push_back(std::move(compared));
    }
    d.notes.push_back(
        "A step includes reading its batch. Memory is the most anonymous memory of the process; mapped files do not "
        "count. Runs at the same time slow each other down. Costs are means over the seeds.");
  }
  auto networks = costs(t, all);
  if (!networks.rows.empty()) d.sheets.push_back(std::move(networks));
  for (std::string& note : letters.text()) d.notes.push_back(std::move(note));
  for (const std::string_view note : t.notes) d.notes.emplace_back(note);
  std::string missing;
  for (const row& r : t.rows) {
    for (const cell& c : r.cells) {
      if (c.network.empty() || of(c, all) != nullptr) continue;
      missing += (missing.empty() ? "" : ", ") + std::string(c.network);
    }
  }
  if (!missing.empty()) d.notes.push_back("Not built: these programs have no network named " + missing + ".");
  return d;
}

/// One line for each cell, with full numbers; accuracies in percent.
inline std::string csv_of(const table& t, const all_measurements& all) {
  std::string text =
      "table,method,column,network,published,seeds,test_accuracy,test_deviation,test_half_interval,best_test_accuracy,"
      "best_test_deviation,parameters,parameters_reached,step_seconds,memory_mib,seconds,reference,difference,"
      "difference_half_interval,pairs,computed_on\n";
  const auto quoted = [](std::string_view words) {
    return words.find_first_of(",\"") == std::string_view::npos ? std::string(words) : '"' + std::string(words) + '"';
  };
  const auto number = [](std::optional<double> value) { return value ? "," + vscg::io::json_value(*value) : ","; };
  const auto mean = [](const std::optional<estimate>& e) { return e ? std::optional(e->mean) : std::nullopt; };
  for (const row& r : t.rows) {
    for (std::size_t i = 0; i < r.cells.size(); ++i) {
      const cell& c = r.cells[i];
      const measurements none;
      const auto* const found = of(c, all);
      const measurements& m = found == nullptr ? none : *found;
      const auto test = estimate_of(known(m.test)), best = estimate_of(known(m.best_test));
      text += std::to_string(t.number) + "," + quoted(r.method) + "," + quoted(t.columns[i]) + "," +
              std::string(c.network) + number(c.published == 0 ? std::nullopt : std::optional(c.published)) + "," +
              std::to_string(m.runs());
      text +=
          number(mean(test)) + number(test ? test->deviation : std::nullopt) + number(test ? test->half : std::nullopt);
      text += number(mean(best)) + number(best ? best->deviation : std::nullopt);
      if (found == nullptr) {
        text += ",,";
      } else {
        const networks::network_size size = m.network->size();
        text += "," + std::to_string(size.parameters) + "," + std::to_string(size.reached);
      }
      text += number(mean(estimate_of(known(m.step_seconds)))) + number(mean(estimate_of(known(m.memory_mib)))) +
              number(mean(estimate_of(known(m.seconds))));
      std::optional<estimate> d;
      if (!r.reference.empty()) {
        const auto* const reference = of(t.at(r.reference).cells[i], all);
        if (reference != nullptr) d = paired_difference(m.test, reference->test);
      }
      text += "," + quoted(r.reference) + number(mean(d)) + number(d ? d->half : std::nullopt) + "," +
              std::to_string(d ? d->count : 0) + "," + quoted(report_detail::computed_on(m)) + "\n";
    }
  }
  return text;
}

}  // namespace tables
