#include "src/carry/chunk_queue.hpp"

#include "src/base/error.hpp"

#include <utility>

namespace segue::carry {

void chunk_queue::push(const keys::key_range& range, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return waiting_.size() < capacity_; })) throw stopped();
    const std::uint64_t id = next_id_++;
    open_.insert(id);
    waiting_.push_back({.id = id, .range = range});
    changed_.notify_all();
}

void chunk_queue::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

std::optional<chunk> chunk_queue::take_locked() {
    if (waiting_.empty()) return std::nullopt;
    chunk taken = std::move(waiting_.front());
    waiting_.pop_front();
    if (changes_.client_orders()) changes_.register_chunk(taken.id, taken.range);
    changed_.notify_all();
    return taken;
}

std::optional<chunk> chunk_queue::take(std::stop_token stop) {
    std::optional<chunk> taken;
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [&] { return closed_ || !waiting_.empty(); }))
            throw stopped();
        taken = take_locked();
    }
    if (taken && !changes_.client_orders())
        changes_.register_in_turn(taken->id, taken->range, stop);
    return taken;
}

std::optional<chunk> chunk_queue::take_if_ready() {
    if (!changes_.client_orders()) return std::nullopt;
    std::lock_guard lock(mutex_);
    return take_locked();
}

bool chunk_queue::drained() const {
    std::lock_guard lock(mutex_);
    return closed_ && waiting_.empty();
}

void chunk_queue::ended(const chunk& done) {
    changes_.chunk_ended(done.id);
    std::lock_guard lock(mutex_);
    open_.erase(done.id);
}

std::uint64_t chunk_queue::all_ended_below() const {
    std::lock_guard lock(mutex_);
    return open_.empty() ? next_id_ : *open_.begin();
}

}  // namespace segue::carry
