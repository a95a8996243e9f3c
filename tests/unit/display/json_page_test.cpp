// docs/json.md tells of every kind and every field that is written for programs.
#include "cli/display/json_lines.hpp"
#include "cli/display/report.hpp"
#include "cli/display/run_record.hpp"
#include "src/migration/migration.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using nlohmann::json;

void collect(const json& from, std::set<std::string>& names) {
    if (from.is_object())
        for (const auto& [name, value] : from.items()) {
            names.insert(name);
            collect(value, names);
        }
    if (from.is_array())
        for (const auto& one : from) collect(one, names);
}

const ending stopped_end{.exit_code = 1,
                         .lines = {"The original table is untouched."},
                         .how = run_end::stopped,
                         .why = "stopped by a signal",
                         .stopped_by = "signal"};

TEST(json_page, tells_of_every_kind_and_every_field) {
    migration::settings with;
    with.request.original = {"s", "t"};
    with.carrying.throttling.flag_file = "/nowhere/flag";
    run_record record;
    record.on_phase(migration::phase::copy);
    record.on_phase(migration::phase::cut_over);
    record.on_attempt(
        {.number = 1, .swapped = true, .stall = std::nullopt, .gave_way_because = ""});
    migration::open_gate gate;
    const migration::migration job(with, record, gate);

    std::set<std::string> names;
    for (const std::string& line :
         {json_line::hint({.about = {},
         .pace = {},
         .throttling = with.carrying.throttling,
         .postpone_flag_file = "/nowhere/hold",
         .panic_flag_file = "/nowhere/panic",
         .began = {},
         .at = {}}),
          json_line::status(job.now()), json_line::phase(migration::phase::copy),
          json_line::notice("x"),
          json_line::attempt(
              {.number = 1, .swapped = false, .stall = std::nullopt, .gave_way_because = "busy"}),
          json_line::swapped({}), json_line::altered_instantly({}), json_line::answer("x"),
          json_line::rehearsal({}, with, {"a warning"}), json_line::outcome(stopped_end)}) {
        const auto read = json::parse(line);
        names.insert(read["kind"].get<std::string>());
        collect(read, names);
    }
    const auto report = json::parse(report_of(record.contents(), job, with, stopped_end, "1.2.3"));
    names.insert(report["kind"].get<std::string>());
    collect(report, names);

    std::ifstream from(SEGUE_JSON_PAGE);
    const std::string page{std::istreambuf_iterator<char>(from), {}};
    for (const auto& name : names)
        EXPECT_NE(page.find("`" + name + "`"), std::string::npos)
            << name << " is not in docs/json.md";
    EXPECT_EQ(report["table"], "`s`.`t`");
    EXPECT_TRUE(report["cut_over"]["position"].is_null());
}

TEST(json_page, a_report_of_refused_flags_has_what_is_said_of_it) {
    const auto report = json::parse(
        report_of({.exit_code = 1, .how = run_end::refused, .why = "--table is missing"}, "1.2.3"));
    EXPECT_EQ(report["outcome"], "refused");
    EXPECT_EQ(report["why"], "--table is missing");
    EXPECT_EQ(report.size(), 8U);
}

}  // namespace
}  // namespace segue::display
