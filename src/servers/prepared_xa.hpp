#pragma once

#include <string_view>

namespace segue::servers {

/// An SQL condition: the lock `m` (performance_schema.metadata_locks) is one of an XA transaction
/// that is prepared; `x` is the row of events_transactions_current of the thread that owns it. NULL
/// where the thread has none.
/// A prepared transaction gives its locks back to its thread anew, and with
/// xa_detach_on_prepare=ON (the default) the session goes on with other transactions: then what
/// tells is that the lock is older than the transaction that the session has now.
/// https://dev.mysql.com/doc/refman/8.4/en/xa-statements.html
/// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html
constexpr std::string_view lock_of_prepared_xa =
    "(x.XA_STATE='PREPARED' OR m.OWNER_EVENT_ID<x.EVENT_ID)";

}  // namespace segue::servers
