#pragma once

#include "tests/chaos/fault_dealer.hpp"
#include "tests/chaos/plan.hpp"
#include "tests/chaos/scene.hpp"
#include "tests/chaos/server_pool.hpp"
#include "tests/chaos/watched_segue.hpp"
#include "tests/support/segue_process.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace segue::chaos {

struct trial_options {
    test::segue_build build = test::segue_build::released;
    test::environment variables = {};  ///< For Segue.
    std::filesystem::path evidence;    ///< Where a run that failed leaves what there is.
    bool keep = false;                 ///< A run that did not fail leaves it, too.
    /// A run that has not ended by then has failed.
    std::chrono::minutes limit{10};
};

/// What became of a run.
struct trial_result {
    std::uint64_t seed = 0;
    std::string version;  ///< Of the server, in full.
    std::string failure;  ///< Empty: it has passed.
    double seconds = 0;
    std::map<std::string, std::uint64_t> faults;  ///< How often each was made.
    std::map<std::string, std::uint64_t> ends;    ///< Of processes, by exit code or signal.
    std::uint64_t resumed = 0;                    ///< Starts that went on with what was left.
    std::uint64_t begun_anew = 0;                 ///< Starts with --no-resume, where told so.
    std::uint64_t respites = 0;      ///< How often the writers paused, as Segue did not keep up.
    std::uint64_t transactions = 0;  ///< That were acknowledged to the writers.
    bool by_ledger = false;          ///< Compared so.
    bool by_native_alter = false;    ///< Compared so.
    std::vector<std::string> why_ended;  ///< What processes that ended with 1 or 3 said.

    bool passed() const noexcept { return failure.empty(); }
};

/// One run: a migration of the plan's table under its writers and faults, by the same command again
/// and again until it has swapped, and the comparison of what there is then.
/// Threads: those of what it has. Errors: none; what goes wrong is in the result.
trial_result run_trial(const plan& of, server_pool& pool, const trial_options& with);

}  // namespace segue::chaos
