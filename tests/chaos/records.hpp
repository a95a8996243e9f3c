#pragma once

#include "tests/chaos/trial.hpp"

#include <filesystem>
#include <string>

namespace segue::chaos {

/// The results of runs, one JSON object a line, added to a file that several processes may write.
/// Threads: one. Errors: segue::error where the file cannot be written.
class records {
  public:
    /// `state`: of the code that was run, so that only runs of one state are counted together.
    records(std::filesystem::path file, std::string state)
        : file_(std::move(file)), state_(std::move(state)) {}

    void add(const trial_result& result) const;

    /// The sum over all runs of this state, each seed counted once, by its last run.
    std::string report() const;

  private:
    const std::filesystem::path file_;
    const std::string state_;
};

/// The sum of several results, as a table.
std::string summary_of(const std::vector<trial_result>& results);

}  // namespace segue::chaos
