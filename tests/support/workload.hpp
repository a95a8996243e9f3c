#pragma once

#include "src/base/table_name.hpp"
#include "src/wire/connection_options.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/table_spec.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace segue::test {

/// How often each kind of transaction is made, in relation to the others.
struct operation_weights {
    unsigned insert = 20;
    unsigned update = 35;  ///< Of columns that are not in the key.
    unsigned move = 15;    ///< Of the key itself.
    unsigned erase = 15;
    unsigned swap = 10;  ///< Two rows exchange their unique values, in one transaction.
    unsigned big = 5;    ///< Many of the above in one transaction.
};

struct workload_options {
    unsigned writers = 4;
    operation_weights weights = {};
    unsigned big_transaction_operations = 30;
    /// Of a hundred transactions of several statements, how many are XA transactions, prepared and
    /// committed. A connection that is lost in between may leave one that is prepared; that is to
    /// be rolled back by whoever has the writers, and never to be committed.
    unsigned xa_percent = 0;
    /// Transactions of each writer; 0: as many as it can. Each rests for as long as its last one
    /// took, so that a slow machine is asked for fewer.
    double rate_per_second = 0;
    /// Of the random choices; 0: a new one. It is printed on stderr.
    std::uint64_t seed = 0;
    /// Run by each writer after it has connected: "SET SESSION binlog_row_image='MINIMAL'".
    std::vector<std::string> session_setup = {};
};

struct error_count {
    std::uint64_t count = 0;
    std::string example;  ///< The first one's text.
};

struct longest_wait {
    std::chrono::milliseconds duration{0};
    std::string statement;
};

/// What the writers have seen so far.
struct workload_report {
    std::uint64_t transactions = 0;  ///< Acknowledged ones.
    std::uint64_t in_doubt = 0;      ///< Whose acknowledgement was lost.
    std::uint64_t reconnects = 0;
    longest_wait longest;  ///< Of any statement or commit since the last reset_longest_wait().
    /// By MySQL's numbers; 2013 is a lost connection.
    std::map<int, error_count> errors;
    /// Attempts to connect again that failed.
    std::map<int, error_count> connect_errors;
    /// Statements that did not find their row, or found one where none was: a write was lost.
    std::vector<std::string> surprises;

    /// A line for each error whose number is not allowed, and for each surprise; empty when all is
    /// well. connect_errors are not looked at.
    std::string complaints(const std::vector<int>& allowed) const;
    std::string text() const;
};

struct workload_state;
class writer;

/// Writers that change a table as an application does, each on a connection of its own with the
/// server's default settings, and keep a ledger of what was acknowledged. Each owns a part of the
/// keys and of the unique values. Every transaction begins with a write.
/// Lifecycle: the constructor reads the table, which nobody else may change from then on; start(),
/// then pause(), resume() and stop() in that order as wanted; the destructor ends the writers at
/// once, in the middle of a statement if need be.
/// Threads: it owns one for each writer; its functions are called from one thread at a time.
/// Errors: errors of the writers are counted, not thrown. A function that waits throws segue::error
/// when its limit has passed.
class workload {
  public:
    workload(const wire::connection_options& server, const table_name& table,
             const table_spec& spec, const workload_options& options = {});
    workload(const workload&) = delete;
    workload& operator=(const workload&) = delete;
    ~workload();

    void start();
    /// Returns when no writer has a transaction open, or an unknown connection to make.
    void pause(std::chrono::milliseconds limit = patience);
    void resume();
    /// As pause(), but for good; connections are closed.
    void stop(std::chrono::milliseconds limit = patience);

    /// Returns when `count` more transactions have been acknowledged.
    void wait_for_transactions(std::uint64_t count, std::chrono::milliseconds limit = patience);

    /// From now on rows with explicit keys are chosen from these key numbers (table_spec), the
    /// upper one excluded.
    void focus(std::uint64_t from, std::uint64_t to);
    /// And again from all.
    void focus_everywhere();

    workload_report report() const;
    /// Begins anew, and returns the one so far.
    longest_wait reset_longest_wait();
    std::uint64_t seed() const noexcept;

    /// The table against the ledger; the writers are paused or stopped. Another name is given once
    /// the table has been renamed.
    comparison compare() const;
    comparison compare(const table_name& table) const;

  private:
    std::unique_ptr<workload_state> state_;
    std::vector<std::unique_ptr<writer>> writers_;
};

}  // namespace segue::test
