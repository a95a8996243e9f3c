#pragma once

#include "src/base/table_name.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// What the text of a statement, as performance_schema has it, says of one column of a table. Pure.
namespace segue::contract {

/// Which column it is asked of.
struct asked_about {
    table_name table;
    std::string column;
    /// What digests have in place of a name that is a keyword with a synonym, and was written
    /// without quotes: `user` is SYSTEM_USER there. Empty: nothing else.
    std::string table_word = {};
    std::string column_word = {};
};

enum class verdict {
    other,   ///< Of something else, or Segue's own.
    names,   ///< It names the table and the column.
    unknown  ///< It may use the column without naming it, or what it names was cut off.
};

/// A digest, as performance_schema keeps it.
struct seen_digest {
    std::string text;
    std::string schema;  ///< The one that its sessions used by default; empty: none.
    std::string sample;  ///< One statement of it; empty where it was cut off.
    /// So much of a statement is kept for its digest: the lesser one of max_digest_length and
    /// performance_schema_max_digest_length. What does not fit is left out, and nothing tells it.
    std::size_t bytes_max = 1'024;
};
/// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-statement-digests.html
verdict judge_digest(const seen_digest& of, const asked_about& about);

/// Of a statement as it was prepared; `whole`: nothing of it was cut off.
verdict judge_prepared(std::string_view text, std::string_view schema, bool whole,
                       const asked_about& about);

}  // namespace segue::contract
