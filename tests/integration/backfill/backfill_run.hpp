#pragma once

#include "tests/support/application_session.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace segue::test {

/// A schema of its own, and `segue backfill`, or another command, on the table `t` in it, which the
/// test makes itself.
/// Threads: one. Lifetime: `server` outlives it.
class backfill_run {
  public:
    /// `about`: the flags that name the table.
    explicit backfill_run(const sandbox_server& server,
                          std::vector<std::string> about = {"--table=t"});

    const std::string& schema() const noexcept { return schema_.name(); }
    const sandbox_server& server() const noexcept { return server_; }
    application_session& session() noexcept { return session_; }
    /// Another session of the application's, in the schema.
    application_session another() const;

    struct how {
        bool execute = true;
        std::string command = "backfill";
        const fault_points* faults = nullptr;  ///< Then it is segue_faulty.
    };
    /// `more`: --set and the like.
    std::unique_ptr<segue_process> start(const std::vector<std::string>& more,
                                         const how& with) const;
    std::unique_ptr<segue_process> start(const std::vector<std::string>& more) const {
        return start(more, how());
    }
    /// To its end, which has this exit code; what it printed, and told.
    std::string run(int exit_code, const std::vector<std::string>& more, const how& with) const;
    std::string run(int exit_code, const std::vector<std::string>& more) const {
        return run(exit_code, more, how());
    }
    std::string rehearse(int exit_code, const std::vector<std::string>& more) const {
        return run(exit_code, more, {.execute = false});
    }
    /// `segue` with another command on the table, to its end.
    std::string other(int exit_code, const std::vector<std::string>& words) const;

    /// So many rows: id from 1 on, and for the other columns these expressions over `i`.
    void fill(const std::string& columns, const std::string& expressions, unsigned rows);
    /// The tables of the schema, with commas.
    std::string tables();
    std::string value(const std::string& query);

  private:
    std::vector<std::string> arguments(const std::vector<std::string>& words) const;

    const sandbox_server& server_;
    const std::vector<std::string> about_;
    const fresh_schema schema_;
    application_session session_;
};

}  // namespace segue::test
