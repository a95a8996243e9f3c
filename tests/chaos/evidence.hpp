#pragma once

#include "tests/chaos/plan.hpp"
#include "tests/chaos/scene.hpp"
#include "tests/support/child_process.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace segue::chaos {

/// A folder with all that may tell why a run failed.
/// Errors: none; what cannot be had is left out, and that is noted in the folder.
class evidence {
  public:
    /// What was in the folder before goes.
    evidence(std::filesystem::path folder, const plan& of, const std::string& failure);

    /// Its output; of one that runs also where its threads are, if there is gdb.
    void add_process(std::size_t number, test::child_process& process);
    void add_writers(const std::string& report);
    /// Sessions, tables and what they hold, the error log and the binary logs.
    void add_server(scene& where);

  private:
    void write(const std::string& name, const std::string& text);
    void add_queries(scene& where);

    const std::filesystem::path folder_;
};

}  // namespace segue::chaos
