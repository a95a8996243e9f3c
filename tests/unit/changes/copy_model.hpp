#pragma once

#include "src/base/error.hpp"
#include "src/carry/chunk_queue.hpp"
#include "src/changes/change_set.hpp"
#include "tests/unit/keys/keys.hpp"
#include "tests/unit/support/patience.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace segue::changes {
using keys::id_codec;
using keys::key;

/// Source and target as arrays: adders write the source and report the key, as the stream does;
/// copy and flush workers read the source, let others go on, and write the target. Whatever the
/// interleaving, the target is the source in the end.
class copy_model {
  public:
    static constexpr int absent = -1;

    virtual ~copy_model() = default;

    void run(unsigned flush_workers, std::int64_t copied_up_to) {
        changes_.begin_copy(key(copied_up_to));
        std::vector<std::jthread> flushers;
        for (unsigned i = 0; i < flush_workers; ++i)
            flushers.emplace_back([this, i](std::stop_token stop) { flush(seed_ * 10 + i, stop); });
        {
            std::vector<std::jthread> workers;
            const auto start = [&](auto work) {
                workers.emplace_back([this, work] {
                    try {
                        work();
                    } catch (const stopped&) {
                        ended_ = false;
                    }
                });
            };
            for (unsigned i = 0; i < 3; ++i) start([this, i] { change(seed_ * 100 + i); });
            for (unsigned i = 0; i < 2; ++i) start([this] { copy_all(); });
            start([this] { find_bounds(); });
        }
        while (changes_.backlog() > 0 && !bounded_.token().stop_requested())
            std::this_thread::yield();
    }

    void expect_equal_tables() const {
        for (std::size_t row = 0; row < source_.size(); ++row)
            EXPECT_EQ(target_[row].load(), source_[row].load()) << "row " << row;
    }
    bool ended() const { return ended_ && changes_.backlog() == 0; }

  protected:
    copy_model(unsigned seed, std::size_t rows, change_set::limits limits)
        : seed_(seed), source_(rows), target_(rows), changes_(limits) {
        std::mt19937 random(seed);
        for (auto& row : source_) row = random() % 3 == 0 ? absent : 0;
        for (auto& row : target_) row = absent;
    }

    virtual void find_bounds() = 0;
    virtual void copy(const carry::chunk& current) = 0;
    virtual void flush(unsigned seed, std::stop_token stop) = 0;
    /// A key of the row's; it may have several.
    virtual std::int64_t name_of(std::size_t row, std::mt19937& random) = 0;

    static std::int64_t id_of(const keys::key_value& key) {
        return std::stoll(id_codec().literals(key).front());
    }

    const test::patience bounded_;

  private:
    void change(unsigned seed) {
        std::mt19937 random(seed);
        for (int change = 1; change <= 4'000; ++change) {
            const std::size_t row = random() % source_.size();
            source_[row] = random() % 4 == 0 ? absent : change;
            changes_.add(key(name_of(row, random)), bounded_.token());
            if (random() % 8 == 0) std::this_thread::yield();
        }
    }

    void copy_all() {
        while (const auto next = chunks_.take(bounded_.token())) {
            copy(*next);
            chunks_.ended(*next);
        }
    }

    const unsigned seed_;
    std::atomic<bool> ended_{true};

  protected:
    std::vector<std::atomic<int>> source_;
    std::vector<std::atomic<int>> target_;
    change_set changes_;
    carry::chunk_queue chunks_{changes_, 2};
};

}  // namespace segue::changes
