#include "src/expand/definer.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/db/table_failure.hpp"
#include "src/servers/account.hpp"
#include "src/servers/privileges.hpp"

#include <array>

#include <fmt/format.h>

namespace segue::expand {
namespace {

constexpr std::array needed = {"SELECT", "UPDATE", "TRIGGER"};

std::string_view without_quotes(std::string_view text) {
    if (text.size() > 1 && text.front() == text.back() &&
        (text.front() == '\'' || text.front() == '`' || text.front() == '"'))
        return text.substr(1, text.size() - 2);
    return text;
}

struct account {
    std::string user;
    std::string host;
    std::string quoted() const { return quoted_literal(user) + "@" + quoted_literal(host); }
};

account parse(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == text.npos || at == 0 || at + 1 == text.size())
        throw error(fmt::format("--definer={}: write the account as user@host", text));
    return {.user = std::string(without_quotes(text.substr(0, at))),
            .host = std::string(without_quotes(text.substr(at + 1)))};
}

void refuse_missing(const servers::account_privileges& held, const std::string& schema,
                    definer_facts& made) {
    if (held.missing(needed).empty()) return;
    made.refusals.push_back(
        {fmt::format("the definer {} lacks {} on {}, so that every write to the table would fail",
                     made.name, held.missing(needed), quoted_name(schema)),
         held.grants_of_missing(needed, made.name)});
}

void look_at_another(db::session& session, const account& other, const std::string& schema,
                     definer_facts& made) {
    try {
        if (session
                .query(fmt::format("SELECT 1 FROM mysql.user WHERE User={} AND Host={}",
                                   quoted_literal(other.user), quoted_literal(other.host)))
                .empty()) {
            made.refusals.push_back(
                {fmt::format("there is no account {}, so that every write to the table would fail "
                             "(error 1449)",
                             made.name),
                 fmt::format("CREATE USER {}, or name another one by --definer.", made.name)});
            return;
        }
        std::vector<std::string> grants;
        for (const db::row& one : session.query("SHOW GRANTS FOR " + made.name))
            grants.push_back(one[0].value_or(""));
        const bool literal = session.query_value("SELECT @@GLOBAL.partial_revokes") == "1";
        refuse_missing(servers::account_privileges(
                           schema, grants, {.names_are_literal = literal, .has_roles = false}),
                       schema, made);
    } catch (const error& failure) {
        if (!db::is_denied(failure)) throw;
        made.notices.push_back(
            fmt::format("whether the definer {} is there and has the rights cannot be seen ({})",
                        made.name, failure.what()));
    }
}

}  // namespace

definer_facts look_at_definer(db::session& session, std::string_view asked,
                              const std::string& schema) {
    definer_facts made;
    const servers::account_facts own = servers::read_account(session, schema);
    made.name = own.name;
    if (!asked.empty()) {
        const account other = parse(asked);
        made.name = other.quoted();
        if (made.name != own.name) look_at_another(session, other, schema, made);
    }
    if (made.name == own.name) refuse_missing(own.held, schema, made);
    made.notices.push_back(
        fmt::format("the triggers act by the rights of {}: once that account is dropped, every "
                    "write to the table fails (error 1449)",
                    made.name));
    return made;
}

}  // namespace segue::expand
