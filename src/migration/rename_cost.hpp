#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/migration/empty_table.hpp"
#include "src/schema/table_definition.hpp"

#include <chrono>
#include <optional>

namespace segue::migration {

/// RENAME TABLE takes its time by the files of a table, whatever is in them, and nothing ends it
/// once it is sent: seconds where there are a thousand partitions. So it is measured beforehand, on
/// empty tables that nobody uses yet. A table without partitions is one file, some milliseconds,
/// and is not measured.
/// Errors: segue::error.
class rename_cost {
  public:
    using milliseconds = std::chrono::milliseconds;

    /// The names that are used must be free: tables.rehearsal, and one like it that ends in "_ghm".
    rename_cost(db::session& session, const migration_tables& tables, const table_record& record)
        : session_(session), tables_(tables), record_(record) {}

    static bool is_measured(const schema::table_definition& table);

    /// Of an empty twin, tables.rehearsal, which is made for it and dropped.
    void measure_twin(const schema::table_definition& original);
    /// Of a table that is empty and that nobody uses. It keeps its name, whatever dies meanwhile.
    void measure(const schema::table_definition& empty);

    /// Of all that were measured together; nullopt: none has partitions.
    std::optional<milliseconds> sum() const { return sum_; }

  private:
    void measure(const table_name& empty);

    db::session& session_;
    const migration_tables& tables_;
    const table_record& record_;
    std::optional<milliseconds> sum_;
};

}  // namespace segue::migration
