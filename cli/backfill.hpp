#pragma once

#include "cli/command_line/options.hpp"
#include "src/backfill/backfill.hpp"
#include "src/db/session_factory.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace segue::cli {

/// `segue backfill`: sets columns of a table in place, or without --execute tells what it would do;
/// with --json as one object a line. Exit code: 0 done, or nothing was to be done; 4 done, and rows
/// that match --where hold another value; 1 refused, or stopped, which is told on stderr. Blocks.
int backfill_table(const options& given, const std::vector<std::string>& notices);

/// What is told of a part of a run, to people or to programs.
struct told_text {
    std::string text;
    nlohmann::json fields;
};
struct told_end {
    int code = 0;
    std::string text;
    nlohmann::json fields;
};

/// A job whose rows a backfill sets. Threads: one, but for asked(). Errors: segue::error,
/// `stopped`.
class row_job {
  public:
    virtual ~row_job() = default;
    /// What is known of the rows before anything was looked at. Threads: any.
    virtual const backfill::task& asked() const = 0;
    /// Whether the backfill has something to rehearse: it is made before, and given then.
    virtual bool has_rows_to_rehearse() const = 0;
    virtual told_text rehearse(backfill::backfill* rows, const std::stop_token& stop) = 0;
    /// All that comes before the rows; what is done with them.
    virtual backfill::task prepare(const std::stop_token& stop) = 0;
    /// All that comes behind them, and how the whole ended.
    virtual told_end conclude(const backfill::outcome& done, const backfill::plan& made) = 0;
    /// Whether something was made, and stays, beside the rows.
    virtual bool began() const = 0;
};

/// Makes the job, on sessions to the server that is written to; the function tells the operator a
/// sentence. Both outlive the job.
using row_job_maker = std::function<std::unique_ptr<row_job>(
    db::session_factory&, const std::function<void(const std::string&)>&)>;

/// Runs such a job with all that is told of a backfill, and steers it. Returns the exit code.
/// `name`: of the subcommand. Blocks.
int run_row_job(const options& given, const std::vector<std::string>& notices,
                std::string_view name, const row_job_maker& make);

}  // namespace segue::cli
