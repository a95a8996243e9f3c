#pragma once

#include <string_view>

namespace segue::db {

/// A hint that changes nothing, and that stays in a statement's digest: by it what Segue reads and
/// sets in the columns of the operator's table is told from what an application does. To stand
/// behind the statement's first word.
/// https://dev.mysql.com/doc/refman/8.4/en/optimizer-hints.html
inline constexpr std::string_view own_statement = "/*+ QB_NAME(segue) */";
/// The same within other hints.
inline constexpr std::string_view own_hint = "QB_NAME(segue)";
/// As performance_schema prints it.
inline constexpr std::string_view own_hint_in_digest = "QB_NAME ( `segue` )";

}  // namespace segue::db
