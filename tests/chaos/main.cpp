#include "src/base/error.hpp"
#include "tests/chaos/plan.hpp"
#include "tests/chaos/records.hpp"
#include "tests/chaos/server_pool.hpp"
#include "tests/chaos/trial.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace segue;
using namespace segue::chaos;

constexpr int exit_lost = 1;
constexpr int exit_failed = 2;

struct arguments {
    std::uint64_t from = 1;
    std::uint64_t runs = 10;
    std::optional<std::chrono::minutes> for_so_long;  ///< In the place of `runs`.
    std::string version;                              ///< Empty: the plan's.
    bool keep = false;
    bool only_plans = false;
    bool only_report = false;
    std::string state = "unknown";
    std::filesystem::path folder = "chaos";  ///< For the results and the evidence.
};

std::uint64_t number_of(const std::string& flag, const std::string& text) {
    if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
        throw error(flag + " wants a number, not " + text);
    return std::stoull(text);
}

arguments read_arguments(int argc, char* argv[]) {
    arguments wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        if (flag == "--keep") {
            wanted.keep = true;
        } else if (flag == "--plan") {
            wanted.only_plans = true;
        } else if (flag == "--report") {
            wanted.only_report = true;
        } else if (i + 1 == argc) {
            throw error("unknown argument, or no value: " + flag);
        } else if (flag == "--minutes") {
            wanted.for_so_long = std::chrono::minutes(number_of(flag, argv[++i]));
        } else if (flag == "--seed") {
            wanted.from = number_of(flag, argv[++i]);
            wanted.runs = 1;
        } else if (flag == "--from") {
            wanted.from = number_of(flag, argv[++i]);
        } else if (flag == "--runs") {
            wanted.runs = number_of(flag, argv[++i]);
        } else if (flag == "--version") {
            wanted.version = argv[++i];
        } else if (flag == "--state") {
            wanted.state = argv[++i];
        } else if (flag == "--folder") {
            wanted.folder = argv[++i];
        } else {
            throw error("unknown argument: " + flag);
        }
    }
    return wanted;
}

plan planned(std::uint64_t seed, const arguments& wanted) {
    plan made = plan_of(seed);
    if (!wanted.version.empty()) made.version = wanted.version;
    return made;
}

trial_result run_one(const plan& made, server_pool& pool, const arguments& wanted) {
    fmt::print("{}", made.words());
    std::fflush(stdout);
    const auto evidence = wanted.folder / fmt::format("seed-{}", made.seed);
    auto result = run_trial(made, pool, {.evidence = evidence, .keep = wanted.keep});
    fmt::print("seed {}: {} after {:.0f} s\n", made.seed,
               result.passed() ? "passed" : "FAILED: " + result.failure, result.seconds);
    if (!result.passed()) fmt::print("evidence: {}\n", evidence.string());
    std::fflush(stdout);
    return result;
}

int run(const arguments& wanted) {
    std::filesystem::create_directories(wanted.folder);
    const records kept(wanted.folder / "results.jsonl", wanted.state);
    if (wanted.only_report) {
        fmt::print("{}", kept.report());
        return EXIT_SUCCESS;
    }
    const auto end =
        std::chrono::steady_clock::now() + wanted.for_so_long.value_or(std::chrono::minutes(0));
    const auto goes_on = [&](std::uint64_t seed) {
        return wanted.for_so_long ? std::chrono::steady_clock::now() < end
                                  : seed < wanted.from + wanted.runs;
    };
    server_pool pool;
    std::vector<trial_result> results;
    for (auto seed = wanted.from; goes_on(seed); ++seed) {
        const plan made = planned(seed, wanted);
        if (wanted.only_plans) {
            fmt::print("{}", made.words());
            continue;
        }
        results.push_back(run_one(made, pool, wanted));
        kept.add(results.back());
    }
    if (wanted.only_plans) return EXIT_SUCCESS;
    fmt::print("\n{}", summary_of(results));
    return std::ranges::all_of(results, &trial_result::passed) ? EXIT_SUCCESS : exit_lost;
}

}  // namespace

int main(int argc, char* argv[]) {
    try {
        return run(read_arguments(argc, argv));
    } catch (const std::exception& failed) {
        fmt::print(stderr, "segue_chaos: {}\n", failed.what());
        return exit_failed;
    }
}
