#include "src/base/error.hpp"
#include "tests/matrix/report.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace {

using namespace segue;
using namespace segue::matrix;

constexpr int exit_different = 1;
constexpr int exit_failed = 2;

struct arguments {
    std::vector<std::string> versions = {"9.7", "8.0"};
    bool whole_runs = true;
    std::string only;  // types whose definition contains it
    matrix_options options;
};

arguments read_arguments(int argc, char* argv[]) {
    arguments wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        if (flag == "--pairs-only") {
            wanted.whole_runs = false;
            continue;
        }
        if (i + 1 == argc) throw error("unknown argument, or no value: " + flag);
        const std::string text = argv[++i];
        if (flag == "--version") {
            wanted.versions = {text};
        } else if (flag == "--from") {
            wanted.only = text;
        } else if (flag == "--expression") {
            wanted.options.expression = text;
            wanted.whole_runs = false;
        } else {
            throw error("unknown argument: " + flag);
        }
    }
    wanted.options.tell = [](const std::string& line) { fmt::print(stderr, "  {}\n", line); };
    return wanted;
}

// A run that fails is a difference, and no reason to leave the others out.
std::vector<std::string> run_segue_or_tell(const test::sandbox_server& server,
                                           const std::vector<pair_result>& pairs, whole_run how) {
    try {
        return run_segue(server, pairs, how);
    } catch (const error& failure) {
        return {fmt::format("{}: {}", pairs.front().from, failure.what())};
    }
}

server_result try_server(const std::string& version, const arguments& wanted) {
    // Durable enough for what is compared and thrown away. An unusual time zone, so that a value
    // that passes through UTC shows.
    const test::sandbox_server server(
        {.mysqld = {"--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0",
                    "--innodb-doublewrite=OFF", "--default-time-zone=+05:30"},
         .version = version});
    fmt::print(stderr, "MySQL {}: every pair of types\n", server.version());
    std::vector<source_type> types;
    for (auto& type : source_types())
        if (type.definition.find(wanted.only) != std::string::npos)
            types.push_back(std::move(type));
    server_result result;
    result.version = server.version();
    result.pairs = try_all_pairs(server, types, target_types(), wanted.options);
    if (!wanted.whole_runs) return result;
    fmt::print(stderr, "MySQL {}: Segue itself\n", server.version());
    for (const auto& type : types) {
        if (!type.whole_run) continue;
        std::vector<pair_result> pairs;
        for (const auto& pair : result.pairs)
            if (pair.from == type.definition) pairs.push_back(pair);
        if (pairs.empty()) continue;
        // Each of the two with and without the other.
        const whole_run how{.with_unique_index = result.runs % 2 == 1,
                            .killed_in_copy = result.runs / 2 % 2 == 1};
        ++result.runs;
        if (how.killed_in_copy) ++result.runs_killed;
        const auto different = run_segue_or_tell(server, pairs, how);
        result.differing_in_runs.insert(result.differing_in_runs.end(), different.begin(),
                                        different.end());
        fmt::print(stderr, "  {}: {}\n", type.definition,
                   different.empty() ? "equal" : "different");
    }
    return result;
}

int run(int argc, char* argv[]) {
    const auto wanted = read_arguments(argc, argv);
    std::vector<server_result> results;
    bool equal = true;
    for (const auto& version : wanted.versions) {
        if (const auto why = test::why_not_to_be_had(version)) {
            fmt::print(stderr, "{}\n", *why);
            continue;
        }
        results.push_back(try_server(version, wanted));
        equal = equal && results.back().equal();
        fmt::print("{}\n", summary(results.back()));
        std::fflush(stdout);
    }
    if (results.empty()) throw error("no server was tried");
    if (std::getenv("SEGUE_WRITE_DOCS") != nullptr)
        std::ofstream(SEGUE_CONVERSIONS_PAGE) << page(results);
    return equal ? 0 : exit_different;
}

}  // namespace

int main(int argc, char* argv[]) {
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "{}\n", failure.what());
        return exit_failed;
    }
}
