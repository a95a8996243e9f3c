#pragma once

#include "tests/chaos/plan.hpp"
#include "tests/chaos/scene.hpp"
#include "tests/chaos/watched_segue.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace segue::chaos {

/// Deals out the faults of a plan, one after the other, each when its moment has come.
/// Threads: one. Lifetime: the scene outlives it. Errors: segue::error where a fault cannot be
/// made, which is the fault of whoever made the plan.
class fault_dealer {
  public:
    struct files {
        std::filesystem::path throttle;
        std::filesystem::path socket;
    };
    fault_dealer(const plan& of, scene& where, files with)
        : plan_(of), scene_(where), files_(std::move(with)) {}

    /// Makes the next fault, if its moment has come, and ends what has lasted for its time. A
    /// process that is killed has ended when this returns.
    void look(watched_segue& segue);
    /// A process has ended: whatever would meet the next one of what was meant for it is taken
    /// back.
    void process_ended();
    /// No harm is done to the table from now on, as it is about to be compared.
    void keep_off_rows() { keep_off_rows_ = true; }

    /// Whether no fault is left whose moment comes before the swap.
    bool ready_for_the_swap() const;
    /// How many faults the process that runs has met.
    std::uint64_t met_by_this_process() const noexcept { return met_by_process_; }
    /// How often each was made, by its name.
    const std::map<std::string, std::uint64_t>& made() const noexcept { return made_; }
    /// Whether this one killed the process, or told it to end.
    bool killed() const noexcept { return killed_; }
    bool terminated() const noexcept { return terminated_; }
    /// Whether a crash or a failover may have taken back what was answered.
    bool answers_lost() const noexcept { return answers_lost_; }
    /// Whether another server was promoted.
    bool failed_over() const noexcept { return failed_over_; }

  private:
    void make(const planned_fault& fault, watched_segue& segue);
    void make_on_server(const planned_fault& fault);
    void make_on_network(const planned_fault& fault);
    void arm(const planned_fault& fault);
    void look_at_armed(watched_segue& segue);
    void kill(watched_segue& segue);
    void kill_connections(const planned_fault& fault);
    void kill_server(std::chrono::milliseconds down_for);
    void hold_table(std::chrono::milliseconds lasting);
    void change_many_rows(const planned_fault& fault);
    void pause_replay(std::chrono::milliseconds lasting);
    void count(const planned_fault& fault);

    const plan& plan_;
    scene& scene_;
    const files files_;
    std::size_t next_ = 0;
    bool keep_off_rows_ = false;
    bool killed_ = false;
    bool terminated_ = false;
    bool answers_lost_ = false;
    bool failed_over_ = false;
    std::uint64_t met_by_process_ = 0;
    std::map<std::string, std::uint64_t> made_;
    const planned_fault* armed_ = nullptr;
    std::uint64_t hits_seen_ = 0;
    std::optional<std::chrono::steady_clock::time_point> thaw_at_;
};

}  // namespace segue::chaos
