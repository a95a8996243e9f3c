#include "tests/chaos/plan.hpp"

#include "tests/chaos/draw.hpp"
#include "tests/chaos/table_shapes.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::chaos {
namespace {

constexpr std::uint64_t seeds = 400;

std::vector<plan> plans() {
    std::vector<plan> made;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) made.push_back(plan_of(seed));
    return made;
}

std::uint64_t how_many(const std::function<bool(const plan&)>& condition) {
    const auto all = plans();
    return static_cast<std::uint64_t>(std::ranges::count_if(all, condition));
}

// Of the authors' own program, so that plans are the same wherever they are drawn.
TEST(a_draw, is_splitmix64) {
    draw random(0);
    EXPECT_EQ(random.next(), 0xE220A8397B1DCDAFU);
    EXPECT_EQ(random.next(), 0x6E789E6AA1B965F4U);
    EXPECT_EQ(random.next(), 0x06C45D188009454FU);
}

TEST(a_draw, stays_within_its_bounds) {
    draw random(7);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 200; ++i) seen.insert(random.between(3, 6));
    EXPECT_EQ(seen, (std::set<std::uint64_t>{3, 4, 5, 6}));
}

TEST(a_plan, is_the_same_for_the_same_seed) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        EXPECT_EQ(plan_of(seed).words(), plan_of(seed).words());
    EXPECT_EQ(plan_of(17).writing.seed, plan_of(17).writing.seed);
}

TEST(a_plan, is_another_one_for_another_seed) {
    std::set<std::string> seen;
    for (const auto& each : plans()) {
        const auto words = each.words();
        seen.insert(words.substr(words.find(':')));
    }
    EXPECT_EQ(seen.size(), seeds);
}

TEST(plans, have_every_kind_of_fault) {
    for (const auto kind : all_fault_kinds())
        EXPECT_GE(how_many([&](const plan& each) {
                      return std::ranges::any_of(
                          each.faults, [&](const auto& fault) { return fault.kind == kind; });
                  }),
                  5U)
            << name_of(kind);
}

TEST(plans, have_faults_in_every_part_of_a_run) {
    for (const auto at :
         {stage::begin, stage::copy, stage::verify, stage::postponed, stage::cut_over})
        EXPECT_GE(how_many([&](const plan& each) {
                      return std::ranges::any_of(
                          each.faults, [&](const auto& fault) { return fault.when.at == at; });
                  }),
                  20U)
            << name_of(at);
}

TEST(plans, have_every_kind_of_key) {
    std::set<test::key_kind> seen;
    for (const auto& each : plans()) seen.insert(each.table.key);
    EXPECT_EQ(seen.size(), 16U);
}

TEST(plans, have_every_setting) {
    const std::pair<const char*, std::function<bool(const plan&)>> settings[] = {
        {"8.0", [](const plan& each) { return each.version == "8.0"; }},
        {"9.7", [](const plan& each) { return each.version == "9.7"; }},
        {"without GTIDs", [](const plan& each) { return !each.gtids; }},
        {"a replica", [](const plan& each) { return each.with_replica; }},
        {"not durable", [](const plan& each) { return !each.durable; }},
        {"lost answers", [](const plan& each) { return each.may_lose_answers(); }},
        {"minimal images", [](const plan& each) { return each.row_image == "MINIMAL"; }},
        {"images without BLOB", [](const plan& each) { return each.row_image == "NOBLOB"; }},
        {"partial JSON", [](const plan& each) { return each.partial_json; }},
        {"compression", [](const plan& each) { return each.compressed; }},
        {"late answers", [](const plan& each) { return each.late_acknowledgement.count() > 0; }},
        {"commits in any order", [](const plan& each) { return !each.ordered_commits; }},
        {"XA", [](const plan& each) { return each.writing.xa_percent > 0; }},
        {"big ones",
         [](const plan& each) { return each.writing.big_transaction_operations > 100; }},
        {"a new unique index",
         [](const plan& each) { return each.alter.find("ADD UNIQUE") != std::string::npos; }},
        {"another key",
         [](const plan& each) { return each.alter.find("PRIMARY KEY") != std::string::npos; }},
        {"partitions",
         [](const plan& each) { return each.alter.find("PARTITION") != std::string::npos; }},
        {"a quiet swap", [](const plan& each) { return each.quiet_swap; }},
        {"a swap under writers", [](const plan& each) { return !each.quiet_swap; }},
        {"a dropped old table", [](const plan& each) { return each.drop_old_table; }},
        {"no verification", [](const plan& each) { return each.verify == "none"; }}};
    for (const auto& [name, condition] : settings) EXPECT_GE(how_many(condition), 5U) << name;
}

// The ledger tells nothing then, so the old table must be there and nobody may have written since.
TEST(plans, in_which_answers_may_be_lost_end_in_a_quiet_swap) {
    EXPECT_EQ(how_many([](const plan& each) {
                  return each.may_lose_answers() && (!each.quiet_swap || each.drop_old_table);
              }),
              0U);
}

// Writers that do not know what the table holds would make duplicates, which ALTER refuses.
TEST(plans, in_which_answers_may_be_lost_have_the_unique_index_all_the_time) {
    EXPECT_EQ(how_many([](const plan& each) {
                  return each.may_lose_answers() &&
                         std::ranges::count(each.set_up, hide_unique_index) > 0;
              }),
              0U);
}

TEST(plans, kill_no_server_whose_replica_is_ours) {
    EXPECT_EQ(how_many([](const plan& each) {
                  return each.has(fault_kind::kill_server) &&
                         (each.with_replica || each.late_acknowledgement.count() > 0);
              }),
              0U);
}

}  // namespace
}  // namespace segue::chaos
