#pragma once

#include "src/base/table_name.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::test {

/// A schema of its own and Segue on a table in it, which the test makes itself; nobody writes but
/// the test.
/// Lifecycle: start() once or several times one after the other. Threads: one.
class quiet_run {
  public:
    /// `server` outlives this.
    explicit quiet_run(const sandbox_server& server, const std::string& table = "t");
    ~quiet_run();

    const std::string& schema() const noexcept { return schema_.name(); }
    const table_name& table() const noexcept { return tables_.original; }
    const migration_tables& tables() const noexcept { return tables_; }
    /// For what the test itself does; its default schema is the table's.
    application_session& session() noexcept { return session_; }
    const sandbox_server& server() const noexcept { return server_; }

    struct start_options {
        segue_build build = segue_build::released;
        const fault_points* faults = nullptr;
        bool postponed = false;  ///< --postpone-cut-over-flag-file, until let_cut_over().
        std::vector<std::string> more = {};
        environment variables = {};
    };
    void start(const std::string& alter, const start_options& how);
    void start(const std::string& alter) { start(alter, start_options()); }
    segue_process& segue() { return *segue_; }
    /// Segue beside the one of start(), as another operator would run it.
    std::unique_ptr<segue_process> start_another(const std::string& alter,
                                                 const start_options& how) const;
    void let_cut_over();
    std::filesystem::path flag() const { return flag_; }

    /// Segue ended with exit code 0.
    void expect_swapped();
    /// Segue ended with exit code 1 and said all of `words`.
    void expect_failed(const std::vector<std::string>& words);
    /// The new table is what ALTER TABLE, with the sql_mode if one is given, makes of the old one.
    /// `update`: as finished_migration's.
    void expect_as_native_alter(const std::string& alter,
                                const std::optional<std::string>& sql_mode = {},
                                const std::string& update = {});

    /// The names of all tables of the schema, in order, each with its number of rows, so that
    /// nothing can come or go unseen: "a:3 t:17".
    std::string everything();
    /// Waits until it has come true; that Segue ends before is a failure, with what it said.
    void wait_until(std::string_view what, const std::function<bool()>& is_true);
    /// Waits until a statement waits for a lock on a row of the ghost table.
    void wait_for_lock_wait_in_ghost();
    /// Waits for a place in the log from which a later run can go on: without one it begins afresh.
    void wait_for_resume_point();
    /// Statements that do so now.
    std::string lock_waits_in_ghost();

  private:
    const sandbox_server& server_;
    const fresh_schema schema_;
    const migration_tables tables_;
    const std::filesystem::path flag_;
    application_session session_;
    std::unique_ptr<segue_process> segue_;
};

/// Segue with `more` refuses the ALTER, says all of `told` and that the original is untouched, and
/// leaves no table behind that was not there before.
void expect_refused_and_nothing_left(quiet_run& run, const std::string& alter,
                                     const std::vector<std::string>& told,
                                     const std::vector<std::string>& more = {});

/// A global variable of the server, set for as long as this lives.
class global_setting {
  public:
    global_setting(const sandbox_server& server, std::string name, const std::string& literal);
    global_setting(const global_setting&) = delete;
    global_setting& operator=(const global_setting&) = delete;
    ~global_setting();

  private:
    const sandbox_server& server_;
    const std::string name_;
    std::string before_;
};

}  // namespace segue::test
