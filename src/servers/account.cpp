#include "src/servers/account.hpp"

#include "src/base/table_name.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace segue::servers {
namespace {

// A schema's name as the server keeps it, in grants too.
std::string name_kept(db::session& session, const std::string& schema) {
    const std::string name = quoted_literal(schema);
    return session
        .query_value(fmt::format("SELECT IF(@@lower_case_table_names=0, {0}, LOWER({0}))", name))
        .value_or(schema);
}

// `of`: of which server, for the text.
void check_stream_privileges(const account_facts& account, std::string_view of,
                             std::vector<refusal>& refusals) {
    constexpr std::array on_server = {"REPLICATION SLAVE", "REPLICATION CLIENT"};
    if (const std::string lacking = account.held.missing(on_server); !lacking.empty())
        refusals.push_back({fmt::format("the account may not read the binary log of {}", of),
                            grant_statement(lacking, account.name)});
}

// Which entry the server takes, where that is not plain.
std::string entry_text(const account_facts& account, const std::string& schema) {
    if (account.partial_revokes)
        return " (partial_revokes is ON: a REVOKE takes one schema out of what is granted on *.*, "
               "and % and _ in the name of a schema that is granted mean themselves)";
    const auto& entries = account.held.entries();
    if (entries.empty()) return "";
    std::vector<std::string> names;
    for (const schema_entry& entry : entries) names.push_back(quoted_name(entry.name));
    if (names.size() == 1 &&
        (entries.front().name == schema || names.front() == name_in_grant(schema, {})))
        return "";
    if (names.size() == 1)
        return fmt::format(
            " (of all names of schemas that the account has grants on and that match, MySQL counts "
            "one: {})",
            names.front());
    return fmt::format(
        " (of the names of schemas {}, which the account has grants on, MySQL counts one, and it "
        "cannot be told which)",
        fmt::join(names, ", "));
}

// Which it then need not change the table on.
std::string if_it_is_a_replica(const account_facts& account, const std::string& host) {
    if (account.held.holds("REPLICATION CLIENT")) return "";
    return fmt::format(
        "\nNot if {0} is a replica, which without REPLICATION CLIENT cannot be told from a "
        "primary: "
        "then give the account on {0} the REPLICATION privileges and SELECT alone, and start "
        "again.",
        host);
}

// So that who makes an account is asked once.
std::string useful_grants(const account_facts& account) {
    return fmt::format(
        "\nLess is seen without these, which docs/requirements.md explains:\n{}\n{}\n{}",
        account.held.grants_of_missing(std::array{"TRIGGER"}, account.name),
        grant_statement("PROCESS, XA_RECOVER_ADMIN", account.name),
        grant_statement("SELECT", account.name, "performance_schema.*"));
}

}  // namespace

std::string account_name(db::session& session) {
    const std::string user = session.query_value("SELECT CURRENT_USER()").value_or("");
    const std::size_t at = user.rfind('@');
    return quoted_literal(user.substr(0, at)) + "@" + quoted_literal(user.substr(at + 1));
}

std::string grant_statement(std::string_view privilege, std::string_view account,
                            std::string_view on) {
    return fmt::format("GRANT {} ON {} TO {};", privilege, on, account);
}

account_facts read_account(db::session& session, const std::string& schema) {
    const std::string roles = session.query_value("SELECT CURRENT_ROLE()").value_or("NONE");
    const bool has_roles = roles != "NONE";
    std::vector<std::string> lines;
    for (const db::row& line :
         session.query(has_roles ? "SHOW GRANTS FOR CURRENT_USER() USING " + roles : "SHOW GRANTS"))
        lines.push_back(line[0].value_or(""));
    const bool literal = session.query_value("SELECT @@GLOBAL.partial_revokes") == "1";
    return {.held = account_privileges(name_kept(session, schema), lines,
                                       {.names_are_literal = literal, .has_roles = has_roles}),
            .name = account_name(session),
            .partial_revokes = literal};
}

void check_privileges(const account_facts& account, const std::string& schema,
                      const std::string& host, std::vector<refusal>& refusals) {
    constexpr std::array on_schema = {"SELECT", "INSERT", "UPDATE", "DELETE",     "CREATE",
                                      "DROP",   "ALTER",  "INDEX",  "LOCK TABLES"};
    const auto holds = [&](const char* const privilege) { return account.held.holds(privilege); };
    if (!account.held.missing(on_schema).empty())
        refusals.push_back(
            {fmt::format("on {}, where the table is to be changed, the account lacks privileges on "
                         "{}{}",
                         host, quoted_name(schema), entry_text(account, schema)),
             account.held.grants_of_missing(on_schema, account.name) +
                 if_it_is_a_replica(account, host) +
                 (std::ranges::none_of(on_schema, holds) ? useful_grants(account) : "")});
    check_stream_privileges(account, host, refusals);
}

void check_stream_privileges(db::session& session, std::string_view of,
                             std::vector<refusal>& refusals) {
    const std::string no_schema;
    check_stream_privileges(read_account(session, no_schema), of, refusals);
}

}  // namespace segue::servers
