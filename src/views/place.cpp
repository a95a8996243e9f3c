#include "src/views/place.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/pause.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/servers/account.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/server_facts.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace segue::views {
namespace {

void refuse_old_server(const std::string& version) {
    constexpr unsigned oldest_version = 80019;
    if (version.find("MariaDB") == std::string::npos &&
        servers::version_number(version) >= oldest_version)
        return;
    throw error(fmt::format("the server is {}. Segue works with MySQL 8.0.19 or above.", version));
}

void refuse_read_only(const std::map<std::string, std::string>& seen, const place& found,
                      std::vector<refusal>& refusals) {
    if (seen.at("read_only") == "ON")
        refusals.push_back(
            {fmt::format("the server {} is read_only (super_read_only is {})", found.server,
                         seen.at("super_read_only")),
             "Is it a replica, or the primary of before a failover? Then let --host name the "
             "primary, or a replica that knows it."});
}

void refuse_system_schemas(const task& asked, std::vector<refusal>& refusals) {
    constexpr std::array<std::string_view, 4> of_the_server{"mysql", "information_schema",
                                                            "performance_schema", "sys"};
    for (const std::string& one : {asked.database, asked.as})
        if (std::ranges::find(of_the_server, sql::fold_case(one)) != of_the_server.end())
            refusals.push_back({fmt::format("{} is a schema of the server's own", quoted_name(one)),
                                "Views are made over tables of an application's."});
}

void check_privileges(db::session& session, const task& asked, const place& found,
                      std::vector<refusal>& refusals) {
    // The empty copy on which a view is tried, and the record, are in the schema of the tables.
    constexpr std::array of_tables = {"SELECT", "INSERT", "UPDATE",      "DELETE",   "CREATE",
                                      "DROP",   "ALTER",  "CREATE VIEW", "SHOW VIEW"};
    constexpr std::array of_views = {"SELECT", "CREATE", "DROP", "CREATE VIEW", "SHOW VIEW"};
    const auto check = [&](const std::string& schema, std::span<const char* const> needed) {
        const servers::account_facts account = servers::read_account(session, schema);
        if (!account.held.missing(needed).empty())
            refusals.push_back({fmt::format("on {} the account lacks privileges on {}",
                                            found.server, quoted_name(schema)),
                                account.held.grants_of_missing(needed, account.name)});
    };
    check(asked.database, of_tables);
    if (!asked.as.empty()) check(asked.as, of_views);
}

}  // namespace

place look_at_place(db::session& session, task& asked) {
    std::map<std::string, std::string> seen;
    for (const db::row& one : session.query(R"(SHOW VARIABLES
                          WHERE Variable_name IN ('version','hostname','port','read_only',
                            'super_read_only','lower_case_table_names'))"))
        seen[one[0].value_or("")] = one[1].value_or("");
    refuse_old_server(seen["version"]);
    place found{.server = seen["hostname"] + ":" + seen["port"],
                .account = session.query_value("SELECT CURRENT_USER()").value_or(""),
                .names_fold_case = seen["lower_case_table_names"] != "0"};
    if (found.names_fold_case)
        for (std::string* name : {&asked.database, &asked.as, &asked.view, &asked.table})
            *name = sql::fold_case(*name);
    std::vector<refusal> refusals;
    refuse_read_only(seen, found, refusals);
    refuse_system_schemas(asked, refusals);
    throw_refusals(refusals);
    check_privileges(session, asked, found, refusals);
    if (session.query_value(
            fmt::format("SELECT GET_LOCK(CONCAT('segue-views/', LEFT(SHA2({},256),50)), 0)",
                        quoted_literal(asked.database))) != "1")
        refusals.push_back(
            {fmt::format("another `segue views` is at work on {}", quoted_name(asked.database)),
             "Nothing was changed. Start again when it has ended."});
    throw_refusals(refusals);
    return found;
}

void change_view(db::session& session, const table_name& view, const std::string& statement,
                 const std::stop_token& stop) {
    const int tries_max = fault::rule_taken_out("views.patience") ? 1 : 15;
    session.execute("SET SESSION lock_wait_timeout=1");
    for (int tries = 1;; ++tries) {
        if (stop.stop_requested()) throw stopped();
        try {
            session.execute(statement);
            return;
        } catch (const error& failure) {
            if (failure.mysql_errno() != er::lock_wait_timeout) throw;
            if (tries == tries_max)
                throw error(
                    fmt::format("{} cannot be changed yet, as {} ({}). What was done stays; "
                                "the same command goes on from there.",
                                view.quoted(), servers::holders_text(session, view),
                                failure.what()),
                    failure.properties());
        }
        pause_for(std::chrono::seconds(1), stop);
    }
}

}  // namespace segue::views
