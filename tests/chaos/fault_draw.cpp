#include "tests/chaos/fault_draw.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::chaos {
namespace {

using std::chrono::milliseconds;
using test::network_fault;

constexpr std::pair<fault_kind, std::string_view> kinds[] = {
    {fault_kind::kill_segue, "SIGKILL of Segue"},
    {fault_kind::terminate_segue, "SIGTERM of Segue"},
    {fault_kind::stop_segue, "SIGSTOP of Segue"},
    {fault_kind::kill_connections, "KILL of connections"},
    {fault_kind::kill_server, "SIGKILL of the server"},
    {fault_kind::stop_server, "SIGSTOP of the server"},
    {fault_kind::cut_network, "network cut"},
    {fault_kind::close_network, "connections closed"},
    {fault_kind::sever, "severed in a packet"},
    {fault_kind::slow_network, "slow network"},
    {fault_kind::at_statement, "fault at a statement"},
    {fault_kind::throttle, "throttled"},
    {fault_kind::pause_replay, "replay paused"},
    {fault_kind::rotate_log, "log rotated"},
    {fault_kind::hold_table, "table held"},
    {fault_kind::big_change, "big change"},
    {fault_kind::promote, "replica promoted"}};

constexpr std::pair<stage, std::string_view> stages[] = {{stage::begin, "start"},
                                                         {stage::copy, "copy"},
                                                         {stage::verify, "verify"},
                                                         {stage::postponed, "postponed"},
                                                         {stage::cut_over, "cut-over"}};

constexpr std::pair<network_fault, std::string_view> network_faults[] = {
    {network_fault::lose_answer, "its answer is lost"},
    {network_fault::close_before, "closed before it"},
    {network_fault::freeze, "frozen before it"},
    {network_fault::hold_answer, "its answer is held"},
    {network_fault::lose_client, "nobody waits for its answer"}};

template <typename Pairs, typename Key>
std::string_view name_in(const Pairs& pairs, Key key) noexcept {
    for (const auto& [each, name] : pairs)
        if (each == key) return name;
    return "";
}

stage choose_stage(const plan& made, draw& random) {
    const auto at =
        random.one_of({stage::begin, stage::copy, stage::copy, stage::copy, stage::verify,
                       stage::postponed, stage::cut_over, stage::cut_over});
    if (at == stage::postponed && !made.quiet_swap) return stage::copy;
    if (at == stage::verify && made.verify == "none") return stage::copy;
    return at;
}

std::uint64_t choose_statements(stage at, draw& random) {
    switch (at) {
        case stage::begin:
            return random.below(250);
        case stage::copy:
            return random.below(random.one_of({20U, 200U, 800U}));
        case stage::verify:
        case stage::postponed:
            return random.below(40);
        case stage::cut_over:
            return random.below(30);
    }
    return 0;
}

/// A part of the text of a statement of Segue's, and from where on it is looked for.
void choose_statement(planned_fault& fault, draw& random) {
    static const std::vector<std::pair<std::string, stage>> these{
        {"CREATE TABLE", stage::begin}, {"ALTER TABLE", stage::begin},
        {"INSERT INTO", stage::copy},   {"DELETE FROM", stage::copy},
        {"COMMIT", stage::begin},       {"COMMIT", stage::copy},
        {"COMMIT", stage::verify},      {"LOCK TABLES", stage::copy},
        {"LOCK TABLES", stage::copy},   {"UNLOCK TABLES", stage::copy},
        {"RENAME TABLE", stage::copy},  {"RENAME TABLE", stage::copy},
        {"RENAME TABLE", stage::copy},  {"DROP TABLE", stage::copy}};
    const auto& [text, from] = random.one_of(these);
    fault.statement = text;
    fault.when.at = from;
    fault.when.statements = random.below(60);
    fault.what = random.one_of({network_fault::lose_answer, network_fault::close_before,
                                network_fault::freeze, network_fault::hold_answer,
                                network_fault::lose_client});
    fault.with = random.one_of(
        {companion::none, companion::none, companion::kill_segue, companion::kill_server});
}

fault_kind choose_kind(draw& random) {
    static const std::vector<fault_kind> these{fault_kind::kill_segue,
                                               fault_kind::kill_segue,
                                               fault_kind::kill_segue,
                                               fault_kind::terminate_segue,
                                               fault_kind::stop_segue,
                                               fault_kind::kill_connections,
                                               fault_kind::kill_connections,
                                               fault_kind::kill_server,
                                               fault_kind::kill_server,
                                               fault_kind::stop_server,
                                               fault_kind::cut_network,
                                               fault_kind::close_network,
                                               fault_kind::sever,
                                               fault_kind::sever,
                                               fault_kind::slow_network,
                                               fault_kind::at_statement,
                                               fault_kind::at_statement,
                                               fault_kind::at_statement,
                                               fault_kind::throttle,
                                               fault_kind::pause_replay,
                                               fault_kind::rotate_log,
                                               fault_kind::hold_table,
                                               fault_kind::big_change};
    return random.one_of(these);
}

planned_fault choose_fault(const plan& made, draw& random) {
    planned_fault fault{.kind = choose_kind(random)};
    fault.when.at = choose_stage(made, random);
    fault.when.statements = choose_statements(fault.when.at, random);
    fault.lasting = milliseconds(random.between(50, random.one_of({300U, 1'000U, 3'000U})));
    fault.choice = random.next();
    if (fault.kind == fault_kind::kill_connections) fault.count = random.one_of({1, 1, 2, 30});
    if (fault.kind == fault_kind::sever)
        fault.choice = random.below(random.one_of({200U, 50'000U}));
    if (fault.kind == fault_kind::at_statement) choose_statement(fault, random);
    return fault;
}

/// A semi-synchronous replica of ours does not outlive its server, and which of two servers is
/// meant is not always plain.
bool kills_a_server_that_must_live(const plan& made, const planned_fault& fault) {
    return (made.with_replica || made.late_acknowledgement.count() > 0) &&
           (fault.kind == fault_kind::kill_server || fault.with == companion::kill_server);
}

}  // namespace

std::string_view name_of(fault_kind kind) noexcept {
    return name_in(kinds, kind);
}

std::string_view name_of(stage at) noexcept {
    return name_in(stages, at);
}

const std::vector<fault_kind>& all_fault_kinds() {
    static const std::vector<fault_kind> all = [] {
        std::vector<fault_kind> made;
        for (const auto& [kind, name] : kinds) made.push_back(kind);
        return made;
    }();
    return all;
}

std::string planned_fault::words() const {
    std::string out(name_of(kind));
    if (kind == fault_kind::at_statement)
        out += fmt::format(" ({}: {}{})", statement, name_in(network_faults, what),
                           with == companion::kill_segue    ? ", and SIGKILL of Segue"
                           : with == companion::kill_server ? ", and SIGKILL of the server"
                                                            : "");
    if (kind == fault_kind::kill_connections) out += fmt::format(" ({} at most)", count);
    if (kind == fault_kind::sever) out += fmt::format(" after {} bytes", choice);
    if (kind == fault_kind::promote)
        out += lasting.count() > 0 ? ", which lacks what came last" : ", which has everything";
    return out + fmt::format(", {} + {} statements, {} ms", name_of(when.at), when.statements,
                             lasting.count());
}

void choose_faults(plan& made, draw& random) {
    for (auto count = random.between(1, 6); count > 0; --count) {
        auto fault = choose_fault(made, random);
        if (!kills_a_server_that_must_live(made, fault)) made.faults.push_back(fault);
    }
    if (made.with_replica) {
        planned_fault fault{.kind = fault_kind::promote};
        fault.when.at = choose_stage(made, random);
        fault.when.statements = choose_statements(fault.when.at, random);
        fault.lasting = milliseconds(random.one_of({0, 200, 1'000}));
        made.faults.push_back(fault);
    }
    std::ranges::stable_sort(made.faults, {}, [](const auto& each) { return each.when.at; });
}

}  // namespace segue::chaos
