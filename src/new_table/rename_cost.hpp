#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/schema/table_definition.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>

namespace segue::preflight {

/// RENAME TABLE takes its time by the files of a table, whatever is in them, and nothing ends it
/// once it is sent: seconds where there are a thousand partitions. So it is measured beforehand, on
/// empty tables that nobody uses yet. A table without partitions is one file, some milliseconds,
/// and is not measured.
/// Of several measurements the least counts, as a busy moment makes one longer by any amount. One
/// is enough that takes a small part of the time there is; else it is repeated for some seconds.
/// Errors: segue::error, and `stopped` in a pause between two.
class rename_cost {
  public:
    using milliseconds = std::chrono::milliseconds;

    /// The names that are used must be free: tables.rehearsal, and one like it that ends in "_ghm".
    rename_cost(db::session& session, const migration_tables& tables, const table_record& record,
                milliseconds stall_budget, std::stop_token stop)
        : session_(session),
          tables_(tables),
          record_(record),
          stall_budget_(stall_budget),
          stop_(std::move(stop)) {}

    /// Whether RENAME of the table is worth measuring: it has partitions.
    static bool is_measured(const schema::table_definition& table);

    /// What is known after some measurements of one table.
    struct measurements {
        unsigned made = 0;
        milliseconds least = milliseconds::max();
        milliseconds spent{0};  ///< On all of them.
    };
    /// The pause before another one; nullopt: another one would tell nothing that matters, or would
    /// take too long.
    static std::optional<milliseconds> pause_before_another(const measurements& so_far,
                                                            milliseconds stall_budget);

    /// Measures RENAME of an empty twin of the table, tables.rehearsal, which is made for it and
    /// dropped.
    void measure_twin(const schema::table_definition& of);
    /// Measures RENAME of a table that is empty and that nobody uses. The table keeps its name,
    /// whatever dies meanwhile.
    void measure(const schema::table_definition& empty);

    /// What RENAME takes for all that were measured together; nullopt: none has partitions.
    std::optional<milliseconds> sum() const { return sum_; }

  private:
    void measure(const table_name& empty);

    db::session& session_;
    const migration_tables& tables_;
    const table_record& record_;
    const milliseconds stall_budget_;
    const std::stop_token stop_;
    std::optional<milliseconds> sum_;
};

}  // namespace segue::preflight
