#include "cli/display/run_record.hpp"

#include "cli/display/json_lines.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using namespace std::chrono_literals;
using migration::phase;

TEST(run_record, a_phase_that_comes_again_has_one_entry) {
    run_record record;
    for (const auto now : {phase::copy, phase::cut_over, phase::postponed, phase::cut_over})
        record.on_phase(now);
    const auto done = record.contents();
    ASSERT_EQ(done.phases.size(), 4U);
    EXPECT_EQ(done.phases[0].at, phase::inspect);
    EXPECT_EQ(done.phases[2].at, phase::cut_over);
    EXPECT_EQ(done.phases[2].times, 2U);
    EXPECT_EQ(done.attempts, 2U);
    for (const auto& one : done.phases) EXPECT_GE(one.total, 0ms);
}

TEST(run_record, of_many_attempts_the_last_are_kept_and_all_are_counted) {
    run_record record;
    for (unsigned number = 1; number <= run_record::attempts_kept + 10; ++number) {
        record.on_phase(phase::cut_over);
        record.on_attempt({.number = number,
                           .stall = number == 5 ? std::optional(400ms) : std::optional(1ms),
                           .gave_way_because = "busy"});
    }
    const auto done = record.contents();
    EXPECT_EQ(done.attempts, run_record::attempts_kept + 10);
    EXPECT_EQ(done.last_attempts.size(), run_record::attempts_kept);
    EXPECT_EQ(done.last_attempts.front().made.number, 11U);
    EXPECT_EQ(done.stall_max, 400ms);
    EXPECT_EQ(done.stall_total, 400ms + 1ms * (run_record::attempts_kept + 9));
}

TEST(run_record, an_attempt_that_ended_the_run_is_counted_and_has_no_more) {
    run_record record;
    record.on_phase(phase::cut_over);
    EXPECT_EQ(record.contents().attempts, 1U);
    EXPECT_TRUE(record.contents().last_attempts.empty());
}

TEST(run_record, tells_attempts_that_gave_way_from_the_one_that_swapped) {
    run_record record;
    EXPECT_EQ(record.attempts().begun, 0U);
    EXPECT_EQ(record.attempts().since_first, 0ms);
    record.on_phase(phase::cut_over);
    record.on_attempt({.number = 1, .stall = std::nullopt, .gave_way_because = "busy"});
    record.on_phase(phase::postponed);
    record.on_phase(phase::cut_over);
    EXPECT_EQ(record.attempts().begun, 2U);
    EXPECT_EQ(record.attempts().gave_way, 1U);
    EXPECT_FALSE(record.attempts().swapped);
    record.on_attempt({.number = 2, .swapped = true, .stall = 1ms, .gave_way_because = {}});
    EXPECT_EQ(record.attempts().gave_way, 1U);
    EXPECT_TRUE(record.attempts().swapped);
    const auto until_the_swap = record.attempts().since_first;
    EXPECT_EQ(record.attempts().since_first, until_the_swap);
}

TEST(json_line, holds_any_text_on_one_line) {
    const auto line = json_line::notice("two\nlines, \"quotes\", \\ and \xC3\x28");
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto read = nlohmann::json::parse(line);
    EXPECT_EQ(read["text"], "two\nlines, \"quotes\", \\ and \xEF\xBF\xBD(");
    EXPECT_EQ(read["kind"], "notice");
}

TEST(json_line, an_attempt_without_a_lock_has_no_stall) {
    const auto read = nlohmann::json::parse(
        json_line::attempt({.number = 2, .stall = std::nullopt, .gave_way_because = "busy"}));
    EXPECT_TRUE(read["stall_seconds"].is_null());
    EXPECT_EQ(read["number"], 2);
    const auto longer = nlohmann::json::parse(
        json_line::attempt({.number = 3, .stall = 1500ms, .gave_way_because = "busy"}));
    EXPECT_EQ(longer["stall_seconds"], 1.5);
}

TEST(json_line, an_outcome_names_how_it_ended) {
    const auto read = nlohmann::json::parse(json_line::outcome(
        {.exit_code = 3, .how = run_end::open, .why = "lost", .stopped_by = "failure"}));
    EXPECT_EQ(read["outcome"], "open");
    EXPECT_EQ(read["exit_code"], 3);
    EXPECT_TRUE(read["last_words"].is_array());
}

}  // namespace
}  // namespace segue::display
