#include "tests/chaos/verdict.hpp"

#include "src/base/server_errors.hpp"
#include "tests/support/oracle.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace segue::chaos {
namespace {

/// Errors that writers get from faults, from one another, and from the lock of the swap; of XA
/// transactions as well. A missing table, a duplicate or a missing row is none of them.
const std::vector<int>& errors_that_may_be() {
    constexpr int xa_not_known = 1397;
    constexpr int xa_wrong_state = 1399;
    constexpr int xa_failed = 1401;
    constexpr int xa_rolled_back = 1402;
    constexpr int xa_timeout = 1613;
    constexpr int xa_deadlock = 1614;
    constexpr int read_only = 1290;
    static const std::vector<int> these{er::lock_deadlock,
                                        er::lock_wait_timeout,
                                        er::query_interrupted,
                                        er::server_shutdown,
                                        er::normal_shutdown,
                                        er::net_read_error,
                                        er::net_read_interrupted,
                                        er::net_error_on_write,
                                        er::net_write_interrupted,
                                        xa_not_known,
                                        xa_wrong_state,
                                        xa_failed,
                                        xa_rolled_back,
                                        xa_timeout,
                                        xa_deadlock,
                                        read_only,
                                        2002,
                                        2003,
                                        2006,
                                        2013};
    return these;
}

std::string wrong_tables(const plan& of, scene& where) {
    std::vector<std::string> expected{where.tables().old.name, where.tables().original.name};
    if (of.drop_old_table) expected.erase(expected.begin());
    const auto found = where.table_names();
    if (found == expected) return {};
    return fmt::format("the tables are {}, and must be {}\n", fmt::join(found, ", "),
                       fmt::join(expected, ", "));
}

std::string wrong_by_ledger(scene& where) {
    const auto report = where.writers().report();
    std::string wrong = report.complaints(errors_that_may_be());
    const auto found = where.writers().compare();
    if (!found.equal()) wrong += "against the ledger: " + found.text() + "\n";
    return wrong;
}

test::oracle_answer native(const plan& of, scene& where, const table_name& old_table) {
    return test::compare_with_native_alter(
        where.root_login(),
        {.table = where.tables().original, .old_table = old_table, .alter = of.alter});
}

std::string wrong_by_native_alter(const plan& of, scene& where) {
    const auto answer = native(of, where, where.tables().old);
    if (answer.equal()) return {};
    return "against ALTER TABLE of the old table: " + answer.text() + "\n";
}

/// Of a table that is written all the time only the definition can be compared: with that of an
/// empty twin.
std::string wrong_definition(const plan& of, scene& where) {
    const table_name twin{where.tables().original.schema + "_twin", where.tables().original.name};
    auto session = where.root("");
    session.execute("SET SESSION sql_log_bin=0");
    session.execute("CREATE DATABASE " + segue::quoted_name(twin.schema));
    session.execute("USE " + segue::quoted_name(twin.schema));
    session.execute(where.definition());
    const auto answer = native(of, where, twin);
    session.execute("DROP DATABASE " + segue::quoted_name(twin.schema));
    if (answer.expected_definition == answer.found_definition) return {};
    return "the definition is\n" + answer.found_definition + "and must be\n" +
           answer.expected_definition + "\n";
}

}  // namespace

verdict verdict_on(const plan& of, scene& where, bool answers_lost) {
    verdict found;
    found.wrong = wrong_tables(of, where);
    if (!found.wrong.empty()) return found;
    if (!answers_lost) {
        found.wrong += wrong_by_ledger(where);
        found.by_ledger = true;
    }
    if (of.quiet_swap) {
        found.wrong += wrong_by_native_alter(of, where);
        found.by_native_alter = true;
    } else {
        found.wrong += wrong_definition(of, where);
    }
    return found;
}

}  // namespace segue::chaos
