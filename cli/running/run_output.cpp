#include "cli/running/run_output.hpp"

#include "cli/display/json_lines.hpp"
#include "src/base/log.hpp"

#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>

namespace segue::cli {
namespace {

using namespace std::chrono_literals;

// Hours of status lines, after the first minutes of a run.
constexpr std::size_t bytes_max = 262'144;

constexpr outlet::patience at_the_end{.without_progress = 5s, .in_all = 60s};
constexpr outlet::patience at_once{.without_progress = 500ms, .in_all = 1s};

std::string lost_text(std::uint64_t lines) {
    return fmt::format("{} line{} could not be written, as nobody read them in time", lines,
                       lines == 1 ? "" : "s");
}

// A terminal has several names.
bool are_one_file(int one, int other) {
    struct stat a {};
    struct stat b {};
    if (::fstat(one, &a) != 0 || ::fstat(other, &b) != 0) return false;
    if (::isatty(one) == 1 && ::isatty(other) == 1) return a.st_rdev == b.st_rdev;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

run_output::run_output(kind of, display::reader whose)
    : kind_(of),
      out_(STDOUT_FILENO, "stdout", of == kind::lines ? bytes_max : outlet::unbounded,
           [whose](std::uint64_t lines) {
               const std::string text = lost_text(lines);
               return (whose == display::reader::programs ? display::json_line::notice(text)
                                                          : "# " + text) +
                      "\n";
           }) {
    if (!are_one_file(STDOUT_FILENO, STDERR_FILENO))
        err_.emplace(STDERR_FILENO, "stderr", bytes_max, [](std::uint64_t lines) {
            return log::line(log::level::warning, lost_text(lines));
        });
    log::set_outlet(err_ ? &*err_ : &out_);
}

run_output::~run_output() {
    log::set_outlet(nullptr);
}

bool run_output::finish() {
    const auto ending = out_.finish(kind_ == kind::lines ? &at_the_end : nullptr);
    if (ending.lines_left > 0 && err_)
        log::write(log::level::warning, "standard output: " + lost_text(ending.lines_left));
    if (err_) finish_errors();
    return ending.whole;
}

void run_output::finish_errors() {
    if (err_)
        err_->finish(&at_the_end);
    else
        out_.finish(&at_the_end);
}

void run_output::finish_at_once() {
    if (err_) err_->finish(&at_once);
    out_.finish(&at_once);
}

}  // namespace segue::cli
