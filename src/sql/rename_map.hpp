#pragma once

#include "src/sql/alter_text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::sql {

/// What becomes of the values of a column that is renamed.
enum class renamed_columns {
    carried_on,
    left_behind  ///< The new name is a new column's; the old one's values are in no column.
};

/// Which column of the original table each column of the altered table takes its values from.
class rename_map {
  public:
    /// The original's name of the column that `new_name` continues. Empty for an added column, also
    /// for one that has the name of a dropped or renamed one. Throws error for a column that the
    /// altered table does not have by what the text says.
    std::optional<std::string> source_of(std::string_view new_name) const;

    /// The altered table's name of the original column `old_name`. Empty if it is dropped.
    std::optional<std::string> target_of(std::string_view old_name) const;

    struct column_change {
        std::string source;  ///< Empty for an added column.
        std::string target;  ///< Empty for a dropped column.
    };
    /// Only what changes: columns added, dropped or renamed.
    std::vector<column_change> changes() const;

  private:
    friend rename_map column_mapping(const alter_statement&, const std::vector<std::string>&,
                                     renamed_columns);
    std::vector<column_change> columns_;
};

/// All names to the left of a rename are those of the original, as in the server: `RENAME COLUMN a
/// TO b, RENAME COLUMN b TO a` swaps two columns. Names are compared without regard to case. Throws
/// error where the server would refuse: a column that is not there, dropped twice, or two of one
/// name.
rename_map column_mapping(const alter_statement& statement,
                          const std::vector<std::string>& original_columns,
                          renamed_columns become = renamed_columns::carried_on);

/// The columns that the ALTER gives another name, in its order; another case is no other name.
std::vector<rename_map::column_change> renames_in(const alter_statement& statement);

}  // namespace segue::sql
