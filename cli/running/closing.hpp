#pragma once

#include "cli/command_line/options.hpp"
#include "cli/display/ending.hpp"
#include "cli/display/run_record.hpp"
#include "cli/display/terminal.hpp"
#include "cli/running/report_file.hpp"
#include "cli/running/run_output.hpp"
#include "src/migration/migration.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace segue::cli {

/// The end of a run: it is told on stderr, on stdout and in the file of --report, and decides the
/// exit code (docs/exit-codes.md).
/// Threads: any. Lifetime: all that it is made of outlives it.
class closing {
  public:
    struct parts {
        const options& given;
        const migration::migration& job;
        display::terminal& shown;
        run_output& output;
        const display::run_record& record;
        const std::optional<report_file>& report;
    };
    /// What ended a run that has not come to its own end.
    struct cause {
        std::string why;
        std::string_view stopped_by = "failure";  ///< As display::ending has it.
    };
    explicit closing(parts with) : with_(with) {}

    /// Ends what is shown, and waits as run_output::finish() does. `met`, which was told on stderr:
    /// unset where the run has done what it was asked for. Returns the exit code: of a rehearsal
    /// whose report was not taken whole it is 1. To be called once.
    int tell(const std::optional<cause>& met);

    /// The last words of a run that cannot end in order, or whose reader does not take them. Waits
    /// for nobody but the file of --report, and a moment for who reads.
    int tell_at_once(std::string_view why, std::string_view stopped_by);

  private:
    display::ending ending_by(const std::optional<cause>& met) const;
    void report(const display::ending& last) const;

    const parts with_;
    display::ending last_;           // written before told_ is set
    std::atomic<bool> told_{false};  // all of the end was given to `output`
};

/// Of a process that ends before there is a run, as its flags are wrong.
struct early_end {
    std::string why;
    int exit_code = 1;
    bool json = false;  ///< --json: told on stdout, too.
};
/// `report`: unset where there is none. Returns the exit code.
int tell_early(const early_end& made, const std::optional<report_file>& report);

/// Whether all that was printed on stdout has been taken.
bool written_out();

}  // namespace segue::cli
