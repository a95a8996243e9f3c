#pragma once

#include "tests/demo/console.hpp"
#include "tests/demo/segue_run.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/oracle.hpp"
#include "tests/support/workload.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace segue::demo {

/// One of the two migrations, as segue and the writers saw it.
struct migration_seen {
    segue_outcome segue;
    std::uint64_t transactions = 0;          ///< Acknowledged while segue ran.
    test::longest_wait longest;              ///< While segue ran.
    test::longest_wait longest_around_swap;  ///< In the seconds around the swap.
    bool throttled = false;                  ///< A status line said so, naming the flag file.
    bool postponed = false;                  ///< A status line said so.
};

struct replica_seen {
    bool caught_up = false;
    bool equal = false;
};

/// All that the summary needs.
struct findings {
    std::uint64_t rows = 0;  ///< Asked for.
    unsigned writers = 0;
    test::longest_wait longest_alone;  ///< Before segue was started.
    std::uint64_t errors_alone = 0;    ///< The writers' errors until then.
    migration_seen first;
    migration_seen second;
    std::uint64_t acknowledged_first = 0;  ///< Transactions in the ledger at the first proof.
    test::comparison ledger_first;
    std::uint64_t acknowledged_second = 0;
    test::comparison ledger_second;
    test::oracle_answer oracle;
    replica_seen replica;
    test::workload_report writers_report;  ///< At the end.
    std::chrono::milliseconds took{0};
};

/// What went against the promises, one sentence each; empty when all is well.
std::vector<std::string> problems_of(const findings& found);

/// Prints it all, and PASS or FAIL.
void print_summary(console& shown, const findings& found);

}  // namespace segue::demo
