#include "cli/verify.hpp"

#include "cli/display/ending.hpp"
#include "cli/display/json_fields.hpp"
#include "cli/subcommand.hpp"
#include "src/base/log.hpp"
#include "src/commands/table_comparison.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::cli {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr int equal = 0;
constexpr int not_done = 1;
constexpr int different = 4;

void print(const std::string& text) {
    std::fputs((text + "\n").c_str(), stdout);
    std::fflush(stdout);
}

// A line every second, and every ten of them once it takes long.
class progress_lines {
  public:
    explicit progress_lines(bool wanted) : wanted_(wanted) {}

    void tell(const verify::verified& so_far, std::uint64_t estimate) {
        constexpr std::chrono::seconds every{1};
        constexpr std::chrono::seconds later_every{10};
        const auto now = steady_clock::now();
        if (!wanted_ || now < next_) return;
        const auto since = now - began_;
        next_ = now + (since < 10 * later_every ? every : later_every);
        const double percent = estimate == 0
                                   ? 0.0
                                   : std::min(100.0, 100.0 * static_cast<double>(so_far.rows) /
                                                         static_cast<double>(estimate));
        print(fmt::format("Verified: {}/{} {:.1f}%; Differences: {}; Elapsed: {}s", so_far.rows,
                          estimate, percent, so_far.differences.size(),
                          std::chrono::duration_cast<std::chrono::seconds>(since).count()));
    }

  private:
    const bool wanted_;
    const steady_clock::time_point began_ = steady_clock::now();
    steady_clock::time_point next_ = began_ + std::chrono::seconds(1);
};

std::string kind_of(verify::difference_kind of) {
    switch (of) {
        case verify::difference_kind::changed:
            return "changed";
        case verify::difference_kind::missing:
            return "missing";
        case verify::difference_kind::surplus:
            return "surplus";
    }
    return "";
}

std::string json_of(const commands::compared_tables& done,
                    const std::vector<std::string>& notices) {
    json rows = json::array();
    for (std::size_t i = 0; i < done.differences.size(); ++i)
        rows.push_back({{"kind", kind_of(done.rows.differences[i].kind)},
                        {"columns", done.rows.differences[i].columns},
                        {"text", done.differences[i]}});
    return display::text_of({{"version", display::json_version},
                             {"kind", "verification"},
                             {"exit_code", done.differences.empty() ? equal : different},
                             {"why", ""},
                             {"table", done.source.quoted()},
                             {"with_table", done.target.quoted()},
                             {"equal", done.differences.empty()},
                             {"rows", done.rows.rows},
                             {"rows_in_other", done.rows.rows_in_target},
                             {"ranges", done.rows.ranges},
                             {"ranges_left_out", done.rows.skipped},
                             {"differences", std::move(rows)},
                             {"may_be_more", done.rows.there_may_be_more},
                             {"notices", notices}});
}

std::string json_of_failure(const std::string& why, const std::vector<std::string>& notices) {
    return display::text_of({{"version", display::json_version},
                             {"kind", "verification"},
                             {"exit_code", not_done},
                             {"why", why},
                             {"notices", notices}});
}

std::string text_of(const commands::compared_tables& done) {
    std::string text;
    for (const std::string& one : done.differences) text += one + "\n";
    text += fmt::format("# Compared: {} rows of {} with {} of {}", done.rows.rows,
                        done.source.quoted(), done.rows.rows_in_target, done.target.quoted());
    if (done.rows.skipped > 0)
        text += fmt::format(", in {} of {} ranges", done.rows.ranges,
                            done.rows.ranges + done.rows.skipped);
    if (done.differences.empty()) return text + "\n# Equal";
    return text + fmt::format("\n# Different: {}{} {}", done.differences.size(),
                              done.rows.there_may_be_more ? " or more" : "",
                              done.differences.size() == 1 ? "row" : "rows");
}

}  // namespace

int verify_tables(const options& given, const std::vector<std::string>& notices,
                  std::stop_token stop) {
    std::vector<std::string> told;
    const auto tell = [&](const std::string& notice) {
        log::write(log::level::warning, notice);
        told.push_back(notice);
    };
    for (const std::string& notice : notices) tell(notice);
    progress_lines progress(!given.json);
    const auto work = [&] {
        const auto done = commands::compare_tables(
            given.run, given.compared_with,
            {.on_notice = tell,
             .on_progress = [&](const auto& so_far,
                                auto estimate) { progress.tell(so_far, estimate); }},
            stop);
        if (done.rows.changed_meanwhile > 0)
            tell(
                fmt::format("{} rows seemed to differ, and were equal at a second look: somebody "
                            "writes to the tables, or a value is converted in a way of its own",
                            done.rows.changed_meanwhile));
        print(given.json ? json_of(done, told) : text_of(done));
        return done.differences.empty() ? equal : different;
    };
    return run_subcommand(given.json, work,
                          [&](const std::string& why) { return json_of_failure(why, told); });
}

}  // namespace segue::cli
