#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// A foreign key of a table, its child.
/// https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
struct foreign_key {
    std::string name;  ///< Unique in the schema.
    std::vector<std::string> columns;
    table_name parent;
    std::vector<std::string> parent_columns;
    std::string on_update;  ///< RESTRICT, NO ACTION, CASCADE, SET NULL, SET DEFAULT
    std::string on_delete;

    /// Whether a change of the parent changes rows of the child.
    bool has_action() const;
    bool operator==(const foreign_key&) const = default;
};

/// The foreign keys of a table, ordered by name, as far as the account sees them. Blocks; throws
/// segue::error.
std::vector<foreign_key> read_foreign_keys(db::session& session, const table_name& table);

/// "`a`, `b`"
std::string list_of(const std::vector<std::string>& names);

/// "FOREIGN KEY (`a`) REFERENCES `s`.`p` (`id`) ON DELETE RESTRICT", without its name.
std::string text_of(const foreign_key& key);

/// The name that the server gives a foreign key without one. RENAME TABLE lets it follow the
/// table's name.
std::string generated_key_name(std::string_view table, std::uint64_t number);

/// The number in a name of that kind; nullopt: somebody chose the name.
std::optional<std::uint64_t> number_in_key_name(std::string_view name, std::string_view table);

}  // namespace segue::schema
