#pragma once

#include "src/migration/observer.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace segue::migration {

/// Several observers that are told one after the other, in their order.
/// Threads: as an observer. Lifetime: all of them outlive it.
class observers final : public observer {
  public:
    explicit observers(std::vector<observer*> all) : all_(std::move(all)) {}

    void on_plan(const preflight::plan& made) override {
        for (auto* const one : all_) one->on_plan(made);
    }
    void on_rehearsed(const preflight::plan& made,
                      const std::vector<std::string>& warnings) override {
        for (auto* const one : all_) one->on_rehearsed(made, warnings);
    }
    void on_phase(phase now) override {
        for (auto* const one : all_) one->on_phase(now);
    }
    void on_attempt(const attempt& made) override {
        for (auto* const one : all_) one->on_attempt(made);
    }
    void on_swapped(const outcome& made) override {
        for (auto* const one : all_) one->on_swapped(made);
    }
    void on_altered_instantly(std::chrono::milliseconds waited) override {
        for (auto* const one : all_) one->on_altered_instantly(waited);
    }
    void on_notice(const std::string& text) override {
        for (auto* const one : all_) one->on_notice(text);
    }

  private:
    const std::vector<observer*> all_;
};

}  // namespace segue::migration
