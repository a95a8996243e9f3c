#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace segue {

/// A first-in first-out queue between threads that holds at most `capacity` items.
/// Threads: any number of pushers and poppers. Lifetime: outlives every thread that waits in it.
template <typename Item>
class bounded_queue {
  public:
    explicit bounded_queue(std::size_t capacity) : capacity_(capacity) {}

    /// Waits for room. False, and the item is not queued, if `stop` was asked first or the queue
    /// is closed.
    bool push(Item item, std::stop_token stop) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [&] { return closed_ || items_.size() < capacity_; });
        if (stop.stop_requested() || closed_) return false;
        items_.push_back(std::move(item));
        changed_.notify_all();
        return true;
    }

    /// Waits for an item. Empty when `stop` was asked, or the queue is closed and drained.
    std::optional<Item> pop(std::stop_token stop) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [&] { return closed_ || !items_.empty(); });
        if (stop.stop_requested() || items_.empty()) return std::nullopt;
        std::optional<Item> item(std::move(items_.front()));
        items_.pop_front();
        changed_.notify_all();
        return item;
    }

    /// No item comes any more; those that are queued are still given out.
    void close() {
        std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

  private:
    const std::size_t capacity_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Item> items_;  // guarded by mutex_
    bool closed_ = false;     // guarded by mutex_
};

}  // namespace segue
