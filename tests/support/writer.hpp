#pragma once

#include "src/base/error.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/ledger.hpp"
#include "tests/support/workload.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

// Private to workload.
namespace segue::test {

/// What the writers and their owner share.
struct workload_state {
    workload_state(const wire::connection_options& to, table_name of, const table_spec& spec,
                   const workload_options& with)
        : server(to), table(std::move(of)), options(with), book(spec) {
        application_session session(server, table.schema);
        book.load(session, table);
        explicit_keys = table_spec::explicit_keys(book.largest_number() + 1);
        focus_to = explicit_keys;
    }

    const wire::connection_options server;
    const table_name table;
    const workload_options options;
    ledger book;
    std::uint64_t explicit_keys = 0;
    // Written by the owner, read by the writers; a pair that does not fit together does no harm.
    std::atomic<std::uint64_t> focus_from{0};
    std::atomic<std::uint64_t> focus_to{0};

    mutable std::mutex mutex;
    std::condition_variable_any changed;
    bool paused = false;  // guarded by mutex, as is all below
    bool stopping = false;
    unsigned parked = 0;  // writers that wait for resume()
    unsigned ended = 0;
    workload_report report;
};

/// One writer: its thread, its session and its random choices.
class writer {
  public:
    writer(workload_state& state, unsigned index, std::uint64_t seed)
        : state_(state),
          index_(index),
          random_(seed + index),
          next_unique_value_(state.book.largest_unique_value() + 1 + index) {}

    void start();
    /// Ends it, in the middle of a statement if need be.
    void interrupt() { thread_.request_stop(); }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

  private:
    enum class operation { insert, update, move, erase, swap };
    /// What a failure leaves: nothing was committed; nothing, unless the connection was lost; or
    /// nobody knows.
    enum class step { in_transaction, autocommit, commit };

    // A transaction that is being put together.
    struct transaction {
        std::vector<std::string> statements;
        std::vector<row_effect> effects;  // one for each key
        std::unordered_map<std::uint64_t, std::size_t> effect_of;
        std::vector<std::int64_t> freed;     // unique values no row has any more
        std::vector<std::int64_t> taken;     // from free_unique_values_
        std::optional<row_image> generated;  // an insert whose key the server chooses
    };

    void run(std::stop_token stop);
    bool go_on(const std::stop_token& stop);
    void keep_pace(const std::stop_token& stop);
    void connect(const std::stop_token& stop);

    void one_transaction();
    void execute(const transaction& made);
    void begin(const std::string& xid);
    void commit(const std::string& xid, step& at);
    std::uint64_t timed(const std::string& sql);
    void settle_failure(const transaction& made, const error& failed, step failed_step, bool in_xa);

    operation choose_operation();
    void add(transaction& to, operation what);
    void add_insert(transaction& to);
    void add_update(transaction& to);
    void add_move(transaction& to);
    void add_erase(transaction& to);
    void add_swap(transaction& to);
    void add_effect(transaction& to, std::uint64_t number, std::optional<row_image> after);

    std::optional<row_image> state_of(const transaction& in, std::uint64_t number) const;
    std::optional<std::uint64_t> pick(const transaction& in, bool present);
    std::uint64_t below(std::uint64_t bound) {
        return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random_);
    }
    // Keys come in threes of one owner, as create_and_fill() leaves every third free.
    bool owns(std::uint64_t number) const { return number / 3 % state_.options.writers == index_; }
    value take_unique_value(transaction& for_use);
    std::string insert_statement(const std::vector<std::string>& key_literals,
                                 const std::vector<generated_value>& values) const;

    const table_spec& spec() const { return state_.book.spec(); }
    std::size_t first_column() const { return spec().unique_column.empty() ? 0 : 1; }

    workload_state& state_;
    const unsigned index_;
    std::mt19937_64 random_;
    std::int64_t next_unique_value_;
    std::vector<std::int64_t> free_unique_values_;  // of rows that are gone or changed
    std::vector<std::uint64_t> generated_keys_;
    std::unique_ptr<application_session> session_;
    bool connected_before_ = false;
    std::uint64_t xa_transactions_ = 0;
    std::chrono::steady_clock::time_point next_start_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::duration took_{};  ///< The last transaction.
    std::jthread thread_;
};

}  // namespace segue::test
