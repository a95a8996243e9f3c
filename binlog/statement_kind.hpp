#pragma once

#include <string_view>

namespace segue::binlog {

/// What the text of a query event does to the transaction it stands in, and to data.
enum class statement_kind {
    begin,
    commit,
    rollback,
    savepoint,  ///< SAVEPOINT, ROLLBACK TO, RELEASE SAVEPOINT: of no interest
    xa_start,
    xa_end,
    xa_prepare,
    xa_commit,
    xa_commit_one_phase,
    xa_rollback,
    definition,  ///< DDL and administration: changes no row of a table by SQL
    data_change  ///< anything else, whatever is not known first of all
};

struct classified_statement {
    statement_kind kind = statement_kind::data_change;
    std::string_view xid;  ///< Of the XA statements: X'gtrid',X'bqual',formatID as in the text.
};

/// Classifies a text by its first words, behind comments and white space. Only forms that are known
/// to change no rows are anything but data_change. Lifetime: `xid` points into `text`.
classified_statement classify(std::string_view text);

}  // namespace segue::binlog
