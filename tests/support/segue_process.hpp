#pragma once

#include "src/base/table_name.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/sandbox_server.hpp"

#include <optional>
#include <string>
#include <vector>

namespace segue::test {

enum class segue_build {
    released,  ///< The segue that users run.
    faulty     ///< segue_faulty, in which fault_points.hpp can switch things.
};

/// The path of the program.
std::string segue_program(segue_build build);

/// Segue as a child process. Everything but its start is child_process'.
class segue_process : public child_process {
  public:
    segue_process(segue_build build, const std::vector<std::string>& arguments,
                  const environment& extra, std::optional<terminal_size> terminal = std::nullopt);
};

/// The arguments of a run on `server` over TCP that changes `table` by the clauses `alter` and
/// executes, renames of columns approved; `more` comes last and so wins. The password is not among
/// them: segue_variables().
std::vector<std::string> segue_arguments(const sandbox_server& server, const table_name& table,
                                         const std::string& alter,
                                         const std::vector<std::string>& more = {});

/// The arguments of `segue COMMAND` about the table, which changes nothing; `more` comes last.
std::vector<std::string> command_arguments(const std::string& command, const sandbox_server& server,
                                           const table_name& table,
                                           const std::vector<std::string>& more = {});

/// What segue needs in its environment to log in; `more` is added.
environment segue_variables(const sandbox_server& server, environment more = {});

}  // namespace segue::test
