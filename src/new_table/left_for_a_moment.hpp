#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <vector>

/// Tables that were made for a moment (empty_table), and that stay where the process was killed in
/// it. They are known by their comment, and those that were not given it yet by what they are:
/// empty, and what CREATE TABLE ... LIKE makes of one of the tables `like` under that name, down to
/// the last option. No other table is dropped, nor one that has rows. Precondition of all: the
/// session has earlier::claim_start(), so that nobody else makes such a table now.
namespace segue::preflight {

/// The tables that such a table of this migration may have been made like, those that its foreign
/// keys refer to among them; some may not be there. Throws as sessions do.
std::vector<table_name> made_like(db::session& session, const migration_tables& tables);

/// Whether the table is one that was left. Throws as sessions do.
bool is_left_for_a_moment(db::session& session, const table_name& name,
                          const std::vector<table_name>& like);

/// Makes the name free for a table that is made for a moment: one that an earlier run left is
/// dropped. Throws refusals for another one, and as sessions do.
void clear_for_a_moment(db::session& session, const table_name& name,
                        const std::vector<table_name>& like);

/// Drops a table that an earlier run may have left, where its name is not needed: another one
/// stays.
void drop_left_for_a_moment(db::session& session, const table_name& name,
                            const std::vector<table_name>& like);

}  // namespace segue::preflight
