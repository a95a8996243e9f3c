#include "src/carry/chunk_queue.hpp"

#include "src/base/error.hpp"

#include <utility>

namespace segue::carry {

void chunk_queue::start_at(std::uint64_t next, std::span<const chunk> open) {
    std::lock_guard lock(mutex_);
    require(open_.empty() && waiting_.empty(), "numbers are fixed before the first chunk");
    next_id_ = next;
    for (const chunk& one : open) open_.insert(one.id);
}

void chunk_queue::push(const keys::key_range& range, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    push_locked({.next = {.id = next_id_++, .range = range}}, lock, std::move(stop));
}

void chunk_queue::push(const chunk& begun, bool registered, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    require(open_.contains(begun.id), "a chunk that has a number was told of at the start");
    push_locked({.next = begun, .registered = registered}, lock, std::move(stop));
}

// Open from the first: while it waits for room it is not ended.
void chunk_queue::push_locked(waiting next, std::unique_lock<std::mutex>& lock,
                              std::stop_token stop) {
    open_.insert(next.next.id);
    if (!changed_.wait(lock, stop, [&] { return waiting_.size() < capacity_; })) throw stopped();
    waiting_.push_back(std::move(next));
    changed_.notify_all();
}

void chunk_queue::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

std::optional<chunk_queue::waiting> chunk_queue::take_locked() {
    if (waiting_.empty()) return std::nullopt;
    waiting taken = std::move(waiting_.front());
    waiting_.pop_front();
    if (changes_.client_orders() && !taken.registered)
        changes_.register_chunk(taken.next.id, taken.next.range);
    changed_.notify_all();
    return taken;
}

std::optional<chunk> chunk_queue::take(std::stop_token stop) {
    std::optional<waiting> taken;
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [&] { return closed_ || !waiting_.empty(); }))
            throw stopped();
        taken = take_locked();
    }
    if (!taken) return std::nullopt;
    if (!changes_.client_orders())
        changes_.register_in_turn(taken->next.id, taken->next.range, stop);
    return taken->next;
}

std::optional<chunk> chunk_queue::take_if_ready() {
    if (!changes_.client_orders()) return std::nullopt;
    std::lock_guard lock(mutex_);
    const auto taken = take_locked();
    return taken ? std::optional(taken->next) : std::nullopt;
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
