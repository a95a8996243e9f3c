#include "src/sql/how_to_run.hpp"

#include "src/sql/identifier_case.hpp"
#include "src/sql/token_cursor.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace segue::sql {
namespace {

constexpr std::string_view leave_out =
    "leave it out: Segue runs the ALTER on an empty table; a plain ALTER TABLE would fail as well";
constexpr reason_and_remedy unknown_algorithm{
    "MySQL knows the ALGORITHM DEFAULT, INSTANT, INPLACE and COPY, and no other", leave_out};
constexpr reason_and_remedy unknown_lock{
    "MySQL knows the LOCK DEFAULT, NONE, SHARED and EXCLUSIVE, and no other", leave_out};

constexpr std::array<std::string_view, 4> algorithms = {"DEFAULT", "INSTANT", "INPLACE", "COPY"};
constexpr std::array<std::string_view, 4> locks = {"DEFAULT", "NONE", "SHARED", "EXCLUSIVE"};

}  // namespace

// https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
std::optional<how_to_run> read_how_to_run(std::span<const sql_token> clause) {
    token_cursor at(clause);
    const bool algorithm = at.accept_word("ALGORITHM");
    if (!algorithm && !at.accept_word("LOCK")) return std::nullopt;
    at.accept_symbol('=');
    if (at.rest().size() != 1) return std::nullopt;
    const auto value = at.accept_identifier();
    if (!value) return std::nullopt;
    const bool known =
        std::ranges::any_of(algorithm ? algorithms : locks,
                            [&](std::string_view one) { return equal_ascii_case(one, *value); });
    if (known) return how_to_run{};
    return how_to_run{.refused = algorithm ? &unknown_algorithm : &unknown_lock};
}

}  // namespace segue::sql
