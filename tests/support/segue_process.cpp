#include "tests/support/segue_process.hpp"

#include "src/base/error.hpp"

#include <atomic>
#include <filesystem>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace segue::test {
namespace {

// Empty where this build has no such target.
#ifndef SEGUE_BINARY
#define SEGUE_BINARY ""
#endif
#ifndef SEGUE_FAULTY_BINARY
#define SEGUE_FAULTY_BINARY ""
#endif

}  // namespace

std::string segue_program(segue_build build) {
    const std::string path = build == segue_build::released ? SEGUE_BINARY : SEGUE_FAULTY_BINARY;
    if (path.empty())
        throw error(build == segue_build::released ? "this build has no target segue"
                                                   : "this build has no target segue_faulty");
    return path;
}

segue_process::segue_process(segue_build build, const std::vector<std::string>& arguments,
                             const environment& extra, std::optional<terminal_size> terminal)
    : child_process(segue_program(build), arguments, extra, terminal) {}

namespace {

std::vector<std::string> of_table(const sandbox_server& server, const table_name& table) {
    return {"--host",  server.host(), "--port",     std::to_string(server.port()),
            "--user",  server.user(), "--database", table.schema,
            "--table", table.name};
}

}  // namespace

std::vector<std::string> segue_arguments(const sandbox_server& server, const table_name& table,
                                         const std::string& alter,
                                         const std::vector<std::string>& more) {
    static std::atomic<unsigned> runs{0};
    // Tests run side by side, and their tables have the same names.
    const auto socket = std::filesystem::temp_directory_path() /
                        fmt::format("segue_test.{}.{}.sock", ::getpid(), ++runs);
    auto arguments = of_table(server, table);
    arguments.insert(arguments.end(), {"--alter", alter, "--execute", "--approve-renamed-columns",
                                       "--serve-socket-file", socket});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

std::vector<std::string> command_arguments(const std::string& command, const sandbox_server& server,
                                           const table_name& table,
                                           const std::vector<std::string>& more) {
    auto arguments = of_table(server, table);
    arguments.insert(arguments.begin(), command);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

environment segue_variables(const sandbox_server& server, environment more) {
    more.emplace("MYSQL_PWD", server.password());
    return more;
}

}  // namespace segue::test
