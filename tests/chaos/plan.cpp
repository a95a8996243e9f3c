#include "tests/chaos/plan.hpp"

#include "tests/chaos/draw.hpp"
#include "tests/chaos/fault_draw.hpp"
#include "tests/chaos/table_shapes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::chaos {
namespace {

using std::chrono::milliseconds;

void choose_server(plan& made, draw& random) {
    made.version = random.in_percent(35) ? "8.0" : "9.7";
    made.with_replica = random.in_percent(8);
    made.gtids = made.with_replica || random.in_percent(80);
    made.durable = random.in_percent(80);
    made.row_image = random.one_of({"FULL", "FULL", "MINIMAL", "NOBLOB"});
    made.partial_json = random.in_percent(25);
    made.compressed = random.in_percent(30);
    made.ordered_commits = random.in_percent(88);
    if (!made.with_replica && random.in_percent(20))
        made.late_acknowledgement = milliseconds(random.one_of({10, 40, 120}));
}

void choose_segue(plan& made, draw& random) {
    made.threads = static_cast<unsigned>(random.between(1, 4));
    const auto least = std::max<std::uint64_t>(10, made.rows / 300);
    made.chunk_rows = random.between(least, least * random.one_of({2U, 4U, 12U}));
    made.nice_ratio = random.one_of({0U, 0U, 1U, 3U});
    made.verify = random.one_of({"full", "full", "full", "sample=20%", "none"});
    made.stall_budget = milliseconds(random.one_of({1'000, 3'000, 5'000}));
    made.quiet_swap = random.in_percent(60);
    made.drop_old_table = !made.quiet_swap && random.in_percent(30);
}

std::string key_words(const test::table_spec& table) {
    return fmt::format("{}, PRIMARY KEY ({}), {}", table.naming().definition(),
                       table.naming().index(),
                       table.unique_column.empty() ? "no unique column" : "a unique column");
}

}  // namespace

bool plan::has(fault_kind kind) const {
    return std::ranges::any_of(faults, [&](const auto& each) {
        return each.kind == kind ||
               (kind == fault_kind::kill_server && each.with == companion::kill_server);
    });
}

bool plan::may_lose_answers() const {
    const auto loses = [](const auto& each) {
        return each.kind == fault_kind::promote && each.lasting.count() > 0;
    };
    return (!durable && has(fault_kind::kill_server)) || std::ranges::any_of(faults, loses);
}

std::string plan::words() const {
    std::string out = fmt::format(
        "seed {}: MySQL {}, GTIDs {}, {}, row image {}{}{}{}{}{}\n", seed, version,
        gtids ? "on" : "off", durable ? "durable" : "not durable", row_image,
        partial_json ? ", partial JSON" : "", compressed ? ", compressed" : "",
        ordered_commits ? "" : ", commits in any order", with_replica ? ", with a replica" : "",
        late_acknowledgement.count() > 0
            ? fmt::format(", acknowledged {} ms late", late_acknowledgement.count())
            : "");
    out += fmt::format("  table: {}, {} rows\n", key_words(table), rows);
    out += fmt::format("  alter: {}\n", alter);
    out += fmt::format(
        "  writers: {} at {} a second, weights insert {} update {} move {} erase {} swap {} big {} "
        "(of {} at most), XA {} %\n",
        writing.writers, writing.rate_per_second, writing.weights.insert, writing.weights.update,
        writing.weights.move, writing.weights.erase, writing.weights.swap, writing.weights.big,
        writing.big_transaction_operations + 1, writing.xa_percent);
    out += fmt::format("  segue: {} threads, chunks of {}, nice ratio {}, verify {}, {}{}\n",
                       threads, chunk_rows, nice_ratio, verify,
                       quiet_swap ? "writers pause for the swap" : "writers never pause",
                       drop_old_table ? ", the old table is dropped" : "");
    for (const auto& fault : faults) out += "  fault: " + fault.words() + "\n";
    return out;
}

plan plan_of(std::uint64_t seed) {
    draw random(seed);
    plan made;
    made.seed = seed;
    choose_server(made, random);
    choose_table(made, random);
    choose_alter(made, random);
    choose_writers(made, random);
    choose_segue(made, random);
    choose_faults(made, random);
    // Behind such a crash the ledger tells nothing, and the old table has to. And the writers, who
    // go by what they knew, keep values unique only where the server makes them.
    if (made.may_lose_answers()) {
        made.quiet_swap = true;
        made.drop_old_table = false;
        std::erase(made.set_up, hide_unique_index);
    }
    return made;
}

}  // namespace segue::chaos
