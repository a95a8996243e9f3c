#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace segue {

/// Threads that live and fail together: the first failure asks all of them to stop and is rethrown
/// by join().
/// Lifecycle: spawn() any number of times, then join() once; the destructor stops and joins.
/// Threads: spawn() and join() from the owner; request_stop() and token() from any.
class task_group {
  public:
    using body = std::function<void(std::stop_token)>;

    task_group() = default;
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group();

    /// Starts a thread; `name` (at most 15 characters) is what debuggers and `top -H` show.
    void spawn(const std::string& name, body run);

    void request_stop() noexcept { stop_.request_stop(); }
    std::stop_token token() const noexcept { return stop_.get_token(); }

    /// True once a thread has ended with an exception other than `stopped`.
    bool failed() const;

    /// Waits for every thread. Does not ask them to stop.
    void wait();

    /// Waits for every thread, then rethrows the first failure. Does not ask them to stop.
    void join();

  private:
    void record(std::exception_ptr failure) noexcept;

    std::stop_source stop_;
    mutable std::mutex mutex_;
    std::exception_ptr failure_;  // guarded by mutex_
    std::vector<std::jthread> threads_;
};

}  // namespace segue
