#pragma once

#include "tests/demo/console.hpp"
#include "tests/demo/segue_run.hpp"
#include "tests/demo/summary.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/workload.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace segue::demo {

struct demo_options {
    std::uint64_t rows = 1'000'000;
    /// Transactions of each writer; 0: as many as it can.
    double rate_per_second = 100;
    /// How long the writers go on before, between and after what segue does.
    std::chrono::seconds alone{3};
    /// After a failure the servers stay until the demo is interrupted.
    bool keep = false;
};

/// The demo: servers, a table, writers, two migrations and the proofs.
/// Lifecycle: run() once. Threads: used by one; the writers' are their own.
/// Errors: segue::error for what stands in the way of an answer.
class demo {
  public:
    demo(const demo_options& wanted, std::filesystem::path folder);

    /// True when every promise was kept.
    bool run();

  private:
    void start_servers();
    void fill_table();
    void let_writers_begin();
    void migrate_under_writers();
    void prove_by_ledger();
    void migrate_with_a_pause();
    void prove_by_native_alter();
    void prove_on_replica();
    void wait_for_interrupt() const;

    std::vector<std::string> segue_arguments(const std::string& alter,
                                             const std::vector<std::string>& more);
    migration_seen migrate(const std::vector<std::string>& arguments,
                           const std::function<void(const std::string&)>& on_line);

    /// What the writers waited, noted several times in each second.
    struct wait_note {
        std::chrono::steady_clock::time_point until;
        test::longest_wait longest;
    };
    void note_waits();
    test::longest_wait longest_between(std::chrono::steady_clock::time_point from,
                                       std::chrono::steady_clock::time_point to) const;

    const demo_options wanted_;
    const std::filesystem::path folder_;
    console shown_;
    findings found_;
    std::string password_;
    std::unique_ptr<test::sandbox_server> primary_;
    std::unique_ptr<test::sandbox_server> replica_;
    std::unique_ptr<test::workload> writers_;
    std::vector<wait_note> waits_;
};

}  // namespace segue::demo
