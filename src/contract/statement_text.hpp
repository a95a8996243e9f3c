#pragma once

#include "src/base/table_name.hpp"

#include <string>
#include <string_view>

/// What the text of a statement, as performance_schema has it, says of one column of a table. Pure.
namespace segue::contract {

/// Which column it is asked of.
struct asked_about {
    table_name table;
    std::string column;
};

enum class verdict {
    other,   ///< Of something else, or Segue's own.
    names,   ///< It names the table and the column.
    unknown  ///< It may use the column without naming it, or what it names was cut off.
};

/// Of a digest's text. `schema`: the one that its sessions used by default.
/// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-statement-digests.html
verdict judge_digest(std::string_view text, std::string_view schema, const asked_about& about);

/// Of a statement as it was prepared; `whole`: nothing of it was cut off.
verdict judge_prepared(std::string_view text, std::string_view schema, bool whole,
                       const asked_about& about);

}  // namespace segue::contract
