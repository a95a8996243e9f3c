#pragma once

#include <string>
#include <string_view>

namespace segue {

/// An identifier in backquotes, those inside it doubled.
/// https://dev.mysql.com/doc/refman/8.4/en/identifiers.html
std::string quoted_name(std::string_view identifier);

/// A string literal in single quotes, safe for any sql_mode that lets backslashes escape.
std::string quoted_literal(std::string_view text);

/// A table by schema and name, both as the server stores them, without quotes.
struct table_name {
    std::string schema;
    std::string name;

    /// `schema`.`name`
    std::string quoted() const {
        return segue::quoted_name(schema) + "." + segue::quoted_name(name);
    }
    bool operator==(const table_name&) const = default;
};

/// The tables that a migration of `original` makes beside it, in the same schema.
struct migration_tables {
    table_name original;
    table_name ghost;       ///< _<t>_gho
    table_name old;         ///< _<t>_del
    table_name changelog;   ///< _<t>_ghc
    table_name checkpoint;  ///< _<t>_ghk
    table_name rehearsal;   ///< _<t>_ghr

    /// Names of at most 64 characters: a longer <t> is cut at its right, between characters, and
    /// followed by a hash of the whole, so that two tables never share one.
    static migration_tables of(const table_name& original);
};

}  // namespace segue
