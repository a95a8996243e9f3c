#pragma once

#include "src/base/table_name.hpp"

#include <string>
#include <string_view>

namespace segue {

/// What an operator says of the names of the tables that a migration makes.
struct table_naming {
    std::string base = {};       ///< --force-table-names: stands for <t>; empty: <t> itself.
    std::string old_stamp = {};  ///< --timestamp-old-table: the old one is _<t>_<stamp>_del.
};

/// The names by migration_tables::of() but for what `naming` says. Two tables for which the same
/// `base` stands share them all.
migration_tables tables_beside(const table_name& original, const table_naming& naming);

/// `_<t>_exp`: what was expanded of `original`.
table_name expanded_state_beside(const table_name& original, const table_naming& naming);

/// `_<t>_<c><suffix>`: of a trigger of `original` for this column of it.
std::string trigger_beside(const table_name& original, const std::string& column,
                           std::string_view suffix);

/// `_<t>_bkf`: the state of a backfill of `original`, in place of which no migration has a table.
table_name backfill_state_beside(const table_name& original, const table_naming& naming);

/// Of a split of `source` into `target`: what is made beside `target` has names of its own, unlike
/// those of a migration of either, `_<t>_spc` (the changelog), `_<t>_spk` (the state) and
/// `_<t>_spr` (for a moment). `target` is migration_tables::ghost.
migration_tables split_tables(const table_name& source, const table_name& target);

/// `_<t>_ghv` and `_<t>_ghw`: an empty table like `original`, and a view over it, to try a view on.
struct view_trial_names {
    table_name table;
    table_name view;
};
view_trial_names view_trial_beside(const table_name& original);

}  // namespace segue
