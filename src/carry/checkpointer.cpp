#include "src/carry/checkpointer.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/db/retry.hpp"
#include "src/servers/durability.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace segue::carry {
namespace {

constexpr std::chrono::milliseconds tick{50};

}  // namespace

// For one transaction, with all its tries.
class checkpointer::writing_turn {
  public:
    writing_turn(checkpointer& of, std::stop_token stop) : of_(of) {
        std::unique_lock lock(of_.mutex_);
        if (!of_.changed_.wait(lock, std::move(stop), [&] { return !of_.held_; })) throw stopped();
        of_.writes_ = true;
    }
    writing_turn(const writing_turn&) = delete;
    writing_turn& operator=(const writing_turn&) = delete;
    ~writing_turn() {
        std::lock_guard lock(of_.mutex_);
        of_.writes_ = false;
        of_.changed_.notify_all();
    }

  private:
    checkpointer& of_;
};

checkpointer::held_back::~held_back() {
    if (owner_ == nullptr) return;
    std::lock_guard lock(owner_->mutex_);
    owner_->held_ = false;
    owner_->changed_.notify_all();
}

std::optional<checkpointer::held_back> checkpointer::hold_back(
    std::chrono::steady_clock::time_point until, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    held_ = true;
    if (changed_.wait_until(lock, stop, until, [&] { return !writes_; })) return held_back(*this);
    held_ = false;
    changed_.notify_all();
    if (stop.stop_requested()) throw stopped();
    return std::nullopt;
}

void checkpointer::note_phase(std::string phase) {
    std::lock_guard lock(mutex_);
    phase_ = std::move(phase);
}

void checkpointer::note_verified(tables::verified_point point) {
    std::lock_guard lock(mutex_);
    verified_ = std::move(point);
}

// What is new; some of it only when it is due.
tables::checkpoint_table::progress checkpointer::collect(bool due) {
    tables::checkpoint_table::progress made{.chunks_below = below_};
    if (auto found = with_.router.take_found_place())
        made.resume_at = {.position = std::move(found->position),
                          .server_uuid = with_.stream_server_uuid,
                          .settled_xa = std::move(found->settled_xa),
                          .mark = std::move(found->mark)};
    if (due) {
        made.chunks_below = with_.chunks.all_ended_below();
        const auto settled = with_.changes.evicted_settled_up_to();
        if (settled > evicted_settled_) made.evicted_settled_up_to = settled;
    }
    std::lock_guard lock(mutex_);
    made.phase = std::exchange(phase_, std::nullopt);
    if (due || (verified_ && verified_->so_far.done))
        made.verified = std::exchange(verified_, std::nullopt);
    return made;
}

void checkpointer::run(std::stop_token stop) {
    using std::chrono::steady_clock;
    db::retrying_session session(with_.sessions, with_.failures_max, db::lock_conflicts::outlasted);
    auto next = steady_clock::now();
    for (;;) {
        const bool due = steady_clock::now() >= next;
        if (due) {
            with_.router.seek_place();
            next = steady_clock::now() + with_.interval;
        }
        auto made = collect(due);
        if (made.resume_at || made.phase || made.verified || made.chunks_below != below_ ||
            made.evicted_settled_up_to > 0) {
            const writing_turn turn(*this, stop);
            session.run("write down how far the run is", stop, [&](db::session& on) {
                if (made.resume_at)
                    made.seen_on = {.server_uuid = with_.sessions.server_uuid(),
                                    .up_since = servers::up_since(on)};
                with_.checkpoint.record_progress(on, made);
            });
        }
        below_ = made.chunks_below;
        evicted_settled_ = std::max(evicted_settled_, made.evicted_settled_up_to);
        pause_for(std::min(tick, with_.interval), stop);
    }
}

}  // namespace segue::carry
