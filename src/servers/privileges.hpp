#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace segue::servers {

/// What % and _ are in the name of a schema that a GRANT has.
enum class schema_names { patterns, literal };

/// The privileges that an account holds on the whole of one schema, from the lines of SHOW GRANTS.
/// Where the server's partial_revokes is ON, schema names in GRANT are no patterns (`names` is
/// literal). Names in capitals; ALL PRIVILEGES on the server stands as "ALL PRIVILEGES", on a
/// schema as the list of what a schema has: neither REPLICATION SLAVE nor PROCESS. Global and
/// schema-level privileges are counted, with the wildcards that a schema name in GRANT may have,
/// less what a partial REVOKE takes away; privileges on single tables or columns are not. Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/grant.html
/// https://dev.mysql.com/doc/refman/8.4/en/partial-revokes.html
std::set<std::string> privileges_on(std::string_view schema, std::span<const std::string> grants,
                                    schema_names names = schema_names::patterns);

/// Whether a schema's name matches the pattern of a GRANT: % and _ are wildcards, a backslash takes
/// that from them.
bool grant_pattern_matches(std::string_view pattern, std::string_view schema);

}  // namespace segue::servers
