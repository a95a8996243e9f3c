#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::servers {

/// How a server reads the names of schemas in GRANTs.
struct grant_rules {
    /// % and _ mean themselves: partial_revokes is ON.
    /// https://dev.mysql.com/doc/refman/8.4/en/partial-revokes.html
    bool names_are_literal = false;
    /// The account has active roles: entries are then taken in another order.
    bool has_roles = false;
};

/// What an account holds on one name of a schema as GRANT has it, which may be a pattern.
struct schema_entry {
    std::string name;
    std::set<std::string> privileges;
};

/// The privileges that an account holds on the whole of one schema. Names in capitals; ALL
/// PRIVILEGES on the server stands as "ALL PRIVILEGES", on a schema as the list of what a schema
/// has: neither REPLICATION SLAVE nor PROCESS. Privileges on single tables or columns are not
/// counted. Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/grant.html
class account_privileges {
  public:
    /// `grants`: the lines of SHOW GRANTS; with those of the active roles, if there are any.
    account_privileges(std::string schema, std::span<const std::string> grants, grant_rules rules);

    /// Whether the account has the privilege on the schema for certain.
    bool holds(const std::string& privilege) const;
    /// What the account holds by the schema's name. Of the entries that match it the server takes
    /// one, and passes over all others: that one; or several, where it cannot be told which.
    const std::vector<schema_entry>& entries() const noexcept { return entries_; }
    /// Those of `needed` that the account lacks, with commas; empty: none.
    std::string missing(std::span<const char* const> needed) const;
    /// A GRANT, on a line of its own, for each entry that lacks some of them, or for one that does
    /// not match any other schema; empty if none is missing.
    std::string grants_of_missing(std::span<const char* const> needed,
                                  const std::string& account) const;

  private:
    bool holds(const schema_entry* entry, const std::string& privilege) const;

    const std::string schema_;
    const grant_rules rules_;
    std::set<std::string> global_;
    std::set<std::string> revoked_;  ///< On the schema, by partial revokes.
    std::vector<schema_entry> entries_;
};

/// Whether a schema's name matches the pattern of a GRANT: % and _ are wildcards, a backslash takes
/// that from them.
bool grant_pattern_matches(std::string_view pattern, std::string_view schema);

/// The name as GRANT takes it, in backticks, so that it matches no other schema.
std::string name_in_grant(std::string_view schema, grant_rules rules);

}  // namespace segue::servers
