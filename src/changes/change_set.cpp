#include "src/changes/change_set.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"

#include <algorithm>
#include <string_view>

namespace segue::changes {
namespace {

constexpr std::string_view one_flush_per_key = "one_flush_per_key";
constexpr std::string_view take_turns = "copying_and_flushing_take_turns";
// How many batches may be flushed in one turn while there are more.
constexpr unsigned flushes_in_turn_max = 8;
// An element of the map, its share of the buckets, and its pointers in queues.
constexpr std::size_t overhead_bytes = 96;

}  // namespace

std::size_t change_set::bytes_of(const keys::key_value& key) noexcept {
    return overhead_bytes + key.encoded.size();
}

void change_set::begin_copy(std::optional<keys::key_value> end) {
    std::lock_guard lock(mutex_);
    copying_ = true;
    end_ = std::move(end);
    watermark_.reset();
    tail_registered_ = false;
    any_registered_ = false;
}

void change_set::go_on_copying(std::optional<keys::key_value> end,
                               std::optional<keys::key_value> watermark,
                               std::vector<open_chunk> open) {
    begin_copy(std::move(end));
    std::lock_guard lock(mutex_);
    watermark_ = std::move(watermark);
    tail_registered_ = true;
    any_registered_ = true;
    if (!with_.client_orders) return;
    for (open_chunk& one : open)
        chunks_.push_back({.chunk = one.chunk, .range = std::move(one.range), .waiting = {}});
}

void change_set::register_chunk(std::uint64_t chunk, const keys::key_range& range) {
    std::lock_guard lock(mutex_);
    require(copying_ && with_.client_orders, "chunks are registered while copying");
    const bool tail = range.after == end_ && !range.up_to;
    if (tail) {
        tail_registered_ = true;
    } else {
        require(range.after == watermark_, "chunks are registered in order, without gaps");
        require(range.up_to && end_ && *range.up_to <= *end_, "a chunk ends within the copy");
        watermark_ = range.up_to;
    }
    chunks_.push_back({.chunk = chunk, .range = range, .waiting = {}});
}

void change_set::register_in_turn(std::uint64_t chunk, const keys::key_range& range,
                                  std::stop_token stop) {
    std::unique_lock lock(mutex_);
    require(copying_ && !with_.client_orders, "copying takes turns with flushing");
    const auto is_its_turn = [&] {
        if (fault::rule_taken_out(take_turns)) return true;
        const bool flush_wants_it = flushes_waiting_ > 0 && !ready_.empty();
        return in_flight_ == 0 && (copy_goes_first_ || !flush_wants_it);
    };
    ++copies_waiting_;
    changed_.notify_all();
    const bool came = changed_.wait(lock, stop, is_its_turn);
    --copies_waiting_;
    if (!came) throw stopped();
    any_registered_ = true;
    chunks_.push_back({.chunk = chunk, .range = range, .waiting = {}});
}

void change_set::chunk_ended(std::uint64_t chunk) {
    std::lock_guard lock(mutex_);
    const auto at = std::find_if(chunks_.begin(), chunks_.end(),
                                 [&](const chunk_in_flight& one) { return one.chunk == chunk; });
    require(at != chunks_.end(), "a chunk that ends was registered");
    for (const keys::key_value* const key : at->waiting) make_ready(key);
    chunks_.erase(at);
    // Those that wait beside others in flight have their turn with them; then it is the flushes'.
    copy_goes_first_ = false;
    flushes_in_turn_ = 0;
    written_at_ = std::chrono::steady_clock::now();
    changed_.notify_all();
}

bool change_set::covered(const keys::key_value& key) const {
    if (!copying_) return true;
    if (!with_.client_orders) return any_registered_;
    if (!end_ || *end_ < key) return tail_registered_;
    return watermark_ && key <= *watermark_;
}

change_set::chunk_in_flight* change_set::chunk_over(const keys::key_value& key) {
    if (!with_.client_orders || fault::rule_taken_out("wait_for_chunks_in_flight")) return nullptr;
    for (chunk_in_flight& one : chunks_)
        if (one.range.contains(key)) return &one;
    return nullptr;
}

void change_set::make_ready(const keys::key_value* key) {
    keys_.at(*key).is = state::ready;
    ready_.push_back(key);
}

void change_set::add(keys::key_value key, std::stop_token stop) {
    add_of(epoch(), std::move(key), std::move(stop));
}

void change_set::add_of(std::uint64_t epoch, keys::key_value key, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!covered(key)) {
        ++dropped_;
        return;
    }
    const auto fits = [&] {
        return (keys_.size() < with_.keys_max && bytes_ < with_.bytes_max) || keys_.contains(key);
    };
    if (!changed_.wait(lock, stop, fits)) throw stopped();
    keep(std::move(key), {.epoch = epoch});
}

std::uint64_t change_set::begin_epoch() {
    std::lock_guard lock(mutex_);
    return ++epoch_;
}

std::uint64_t change_set::epoch() const {
    std::lock_guard lock(mutex_);
    return epoch_;
}

bool change_set::settled_before(std::uint64_t epoch) const {
    std::lock_guard lock(mutex_);
    return in_epoch_.least() >= epoch;
}

void change_set::counts::move(std::uint64_t from, std::uint64_t to) {
    if (from == to) return;
    if (to != none) ++of_[to];
    if (from == none) return;
    const auto at = of_.find(from);
    require(at != of_.end(), "a key that is held is counted");
    if (--at->second == 0) of_.erase(at);
}

void change_set::set(reason& known, const reason& to) {
    in_epoch_.move(known.epoch, to.epoch);
    in_eviction_.move(known.eviction, to.eviction);
    known = to;
}

void change_set::add_to(reason& known, const reason& why) {
    set(known, {.epoch = std::min(known.epoch, why.epoch),
                .eviction = std::min(known.eviction, why.eviction)});
}

change_set::watch::watch(change_set& of, std::span<const keys::key_value> keys) : of_(of) {
    std::lock_guard lock(of_.mutex_);
    for (const keys::key_value& key : keys)
        seen_.emplace(key, of_.keys_.contains(key) ? fate::there : fate::absent);
    of_.watches_.push_back(this);
}

change_set::watch::~watch() {
    std::lock_guard lock(of_.mutex_);
    std::erase(of_.watches_, this);
}

std::optional<bool> change_set::watch::saw(const keys::key_value& key) const {
    std::lock_guard lock(of_.mutex_);
    const auto at = seen_.find(key);
    return at == seen_.end() ? std::nullopt : std::optional(at->second != fate::absent);
}

bool change_set::watch::all_flushed() const {
    std::lock_guard lock(of_.mutex_);
    return std::none_of(seen_.begin(), seen_.end(),
                        [](const auto& one) { return one.second == fate::there; });
}

void change_set::keep(keys::key_value key, const reason& why) {
    for (watch* const one : watches_)
        if (const auto seen = one->seen_.find(key);
            seen != one->seen_.end() && seen->second == watch::fate::absent)
            seen->second = watch::fate::there;
    const auto [at, added] = keys_.try_emplace(std::move(key), entry{});
    entry& known = at->second;
    const bool taken = known.is == state::in_flight || known.is == state::in_flight_and_changed;
    if (taken && fault::rule_taken_out(one_flush_per_key)) {
        make_ready(&at->first);
        changed_.notify_all();
        return;
    }
    add_to(taken ? known.since : known.why, why);
    if (taken) known.is = state::in_flight_and_changed;
    if (!added) return;
    bytes_ += bytes_of(at->first);
    if (chunk_in_flight* const over = chunk_over(at->first)) {
        at->second.is = state::waits_for_chunk;
        over->waiting.push_back(&at->first);
        ++deferred_;
        return;
    }
    ready_.push_back(&at->first);
    changed_.notify_all();
}

void change_set::forget(entries::iterator at) {
    set(at->second.why, {});
    set(at->second.since, {});
    bytes_ -= bytes_of(at->first);
    keys_.erase(at);
}

bool change_set::may_flush() const {
    if (quiet_ || quiet_waiters_ > 0 || ready_.empty()) return false;
    if (with_.client_orders || fault::rule_taken_out(take_turns)) return true;
    return chunks_.empty() && !(copy_goes_first_ && copies_waiting_ > 0);
}

void change_set::flush_ended(std::size_t keys) {
    in_flight_ -= keys;
    ++flushes_in_turn_;
    // While another whole batch waits the copy waits too, but not for ever.
    if (ready_.size() <= keys || flushes_in_turn_ >= flushes_in_turn_max) copy_goes_first_ = true;
    changed_.notify_all();
}

std::optional<std::vector<keys::key_value>> change_set::take(std::size_t keys_max,
                                                             std::chrono::milliseconds linger,
                                                             std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const auto may_take = [&] { return may_flush(); };
    const auto enough = [&] {
        return ready_.size() >= keys_max || (!with_.client_orders && copies_waiting_ > 0);
    };
    ++flushes_waiting_;
    bool came = changed_.wait(lock, stop, may_take);
    if (came) {
        changed_.wait_for(lock, stop, linger, enough);
        came = changed_.wait(lock, stop, may_take);
    }
    --flushes_waiting_;
    changed_.notify_all();
    if (!came || stop.stop_requested()) return std::nullopt;
    return take_ready(keys_max);
}

std::vector<keys::key_value> change_set::take_while_quiet(std::size_t keys_max) {
    std::lock_guard lock(mutex_);
    require(quiet_, "a quiet turn is held");
    return take_ready(keys_max);
}

std::vector<keys::key_value> change_set::take_ready(std::size_t keys_max) {
    std::vector<keys::key_value> taken;
    while (!ready_.empty() && taken.size() < keys_max) {
        state& is = keys_.at(*ready_.front()).is;
        require(is == state::ready, "a key in the queue is ready");
        is = state::in_flight;
        taken.push_back(*ready_.front());
        ready_.pop_front();
    }
    in_flight_ += taken.size();
    return taken;
}

void change_set::flushed(std::span<const keys::key_value> keys) {
    std::lock_guard lock(mutex_);
    for (const keys::key_value& key : keys) {
        const auto at = keys_.find(key);
        if (at == keys_.end() && fault::rule_taken_out(one_flush_per_key)) continue;
        require(at != keys_.end(), "a flushed key was taken");
        for (watch* const one : watches_)
            if (const auto seen = one->seen_.find(key); seen != one->seen_.end())
                seen->second = watch::fate::flushed;
        if (at->second.is == state::in_flight_and_changed) {
            set(at->second.why, at->second.since);
            set(at->second.since, {});
            make_ready(&at->first);
        } else {
            require(at->second.is == state::in_flight, "a flushed key was in flight");
            forget(at);
        }
    }
    if (!keys.empty()) written_at_ = std::chrono::steady_clock::now();
    flush_ended(keys.size());
}

void change_set::put_back(std::span<const keys::key_value> keys) {
    std::lock_guard lock(mutex_);
    for (const keys::key_value& key : keys) {
        const auto at = keys_.find(key);
        require(at != keys_.end() && (at->second.is == state::in_flight ||
                                      at->second.is == state::in_flight_and_changed),
                "a key that is put back was in flight");
        add_to(at->second.why, at->second.since);
        set(at->second.since, {});
        make_ready(&at->first);
    }
    if (!keys.empty()) written_at_ = std::chrono::steady_clock::now();
    flush_ended(keys.size());
}

change_set::quiet_turn change_set::wait_for_quiet(std::size_t own_keys, std::stop_token stop) {
    auto turn = quiet_until(std::chrono::steady_clock::time_point::max(), own_keys, stop);
    require(turn.has_value(), "a wait without an end ends with what it waited for");
    return std::move(*turn);
}

std::optional<change_set::quiet_turn> change_set::wait_for_quiet(
    std::chrono::steady_clock::time_point until, std::stop_token stop) {
    return quiet_until(until, 0, stop);
}

std::optional<change_set::quiet_turn> change_set::quiet_until(
    std::chrono::steady_clock::time_point until, std::size_t own_keys, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    parked_ += own_keys;
    ++quiet_waiters_;
    changed_.notify_all();
    const auto is_quiet = [&] { return !quiet_ && in_flight_ <= parked_; };
    const bool quiet = until == std::chrono::steady_clock::time_point::max()
                           ? changed_.wait(lock, stop, is_quiet)
                           : changed_.wait_until(lock, stop, until, is_quiet);
    parked_ -= own_keys;
    --quiet_waiters_;
    changed_.notify_all();
    if (!quiet && stop.stop_requested()) throw stopped();
    if (!quiet) return std::nullopt;
    quiet_ = true;
    return quiet_turn(*this);
}

change_set::quiet_turn::~quiet_turn() {
    if (owner_ == nullptr) return;
    std::lock_guard lock(owner_->mutex_);
    owner_->quiet_ = false;
    owner_->changed_.notify_all();
}

std::uint64_t change_set::requeue(std::span<const keys::key_value> keys) {
    std::lock_guard lock(mutex_);
    ++eviction_;
    for (const keys::key_value& key : keys) keep(key, {.eviction = eviction_});
    return eviction_;
}

void change_set::take_up_evicted(std::uint64_t last, std::span<const keys::key_value> keys) {
    std::lock_guard lock(mutex_);
    require(eviction_ == 0, "an earlier run's evictions come before all others");
    eviction_ = last;
    // None of what is written down may go before all of these were carried over.
    for (const keys::key_value& key : keys)
        if (covered(key)) keep(key, {.eviction = 1});
}

std::uint64_t change_set::evicted_settled_up_to() const {
    std::lock_guard lock(mutex_);
    return std::min(eviction_, in_eviction_.least() - 1);
}

std::optional<std::vector<keys::key_value>> change_set::take_all() {
    std::lock_guard lock(mutex_);
    if (!chunks_.empty() || in_flight_ != 0) return std::nullopt;
    std::vector<keys::key_value> all;
    all.reserve(keys_.size());
    for (auto& [key, held] : keys_) {
        held.is = state::in_flight;
        all.push_back(key);
    }
    ready_.clear();
    in_flight_ = all.size();
    return all;
}

std::chrono::steady_clock::time_point change_set::target_written_at() const {
    std::lock_guard lock(mutex_);
    return written_at_;
}

std::size_t change_set::backlog() const {
    std::lock_guard lock(mutex_);
    return keys_.size();
}

bool change_set::half_full() const {
    std::lock_guard lock(mutex_);
    return keys_.size() >= with_.keys_max / 2 || bytes_ >= with_.bytes_max / 2;
}

std::size_t change_set::in_flight() const {
    std::lock_guard lock(mutex_);
    return in_flight_;
}

std::uint64_t change_set::dropped() const {
    std::lock_guard lock(mutex_);
    return dropped_;
}

std::uint64_t change_set::deferred() const {
    std::lock_guard lock(mutex_);
    return deferred_;
}

}  // namespace segue::changes
