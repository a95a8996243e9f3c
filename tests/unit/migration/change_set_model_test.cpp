#include "src/base/error.hpp"
#include "src/migration/change_set.hpp"
#include "src/migration/chunk_queue.hpp"
#include "tests/unit/migration/keys.hpp"
#include "tests/unit/migration/patience.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using namespace std::chrono_literals;

constexpr int absent = -1;
constexpr int ids = 400;
constexpr int end_id = 300;  // what the copy covers; the keys above are the tail
constexpr int chunk_ids = 10;

using table = std::array<std::atomic<int>, ids>;

int id_of(const key_value& key) {
    return std::stoi(id_codec().literals(key).front());
}

// Source and target as arrays: adders write the source and report the key, as the stream does;
// copy and flush workers read the source, let others go on, and write the target. Whatever the
// interleaving, the target is the source in the end.
class model {
  public:
    explicit model(unsigned seed) : seed_(seed) {
        std::mt19937 random(seed);
        for (auto& row : source_) row = random() % 3 == 0 ? absent : 0;
        for (auto& row : target_) row = absent;
    }

    void run() {
        changes_.begin_copy(key(end_id));
        std::vector<std::jthread> flushers;
        for (unsigned i = 0; i < 3; ++i)
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
        for (std::size_t id = 0; id < ids; ++id)
            EXPECT_EQ(target_[id].load(), source_[id].load()) << "row " << id;
    }
    bool ended() const { return ended_ && changes_.backlog() == 0; }
    int collisions() const { return collisions_; }
    int flushes_beside_a_turn() const { return beside_a_turn_; }

  private:
    void change(unsigned seed) {
        std::mt19937 random(seed);
        for (int change = 1; change <= 4'000; ++change) {
            const std::size_t id = random() % ids;
            source_[id] = random() % 4 == 0 ? absent : change;
            changes_.add(key(static_cast<int>(id)), bounded_.token());
            if (random() % 8 == 0) std::this_thread::yield();
        }
    }

    void find_bounds() {
        chunks_.push({.after = key(end_id), .up_to = std::nullopt}, bounded_.token());
        std::optional<key_value> after;
        for (int last = chunk_ids; last <= end_id; last += chunk_ids) {
            chunks_.push({.after = after, .up_to = key(last)}, bounded_.token());
            after = key(last);
        }
        chunks_.close();
    }

    void copy_all() {
        while (const auto next = chunks_.take(bounded_.token())) copy(*next);
    }

    void copy(const chunk& current) {
        std::vector<std::pair<std::size_t, int>> read;
        for (std::size_t id = 0; id < ids; ++id)
            if (current.range.contains(key(static_cast<int>(id))))
                read.emplace_back(id, source_[id]);
        for (int i = 0; i < 20; ++i) std::this_thread::yield();
        for (const auto& [id, row] : read)
            if (row != absent && target_[id].exchange(row) != absent) ++collisions_;
        chunks_.ended(current);
    }

    void carry_over(const std::vector<key_value>& batch) {
        std::vector<int> read;
        for (const key_value& one : batch) read.push_back(source_[index_of(one)]);
        std::this_thread::yield();
        for (std::size_t i = 0; i < batch.size(); ++i) target_[index_of(batch[i])] = read[i];
    }

    void flush(unsigned seed, std::stop_token stop) {
        std::mt19937 random(seed);
        while (const auto batch = changes_.take(1 + random() % 20, 0ms, stop)) {
            if (random() % 5 == 0) {
                changes_.put_back(*batch);
            } else if (random() % 5 == 0) {
                try {
                    const auto turn = changes_.wait_for_quiet(batch->size(), bounded_.token());
                    if (flushing_ != 0) ++beside_a_turn_;
                    carry_over(*batch);
                    if (flushing_ != 0) ++beside_a_turn_;
                } catch (const stopped&) {
                    return;
                }
                changes_.flushed(*batch);
            } else {
                ++flushing_;
                carry_over(*batch);
                --flushing_;
                changes_.flushed(*batch);
            }
        }
    }

    static std::size_t index_of(const key_value& key) {
        return static_cast<std::size_t>(id_of(key));
    }

    const unsigned seed_;
    const patience bounded_;
    table source_;
    table target_;
    change_set changes_{50};
    chunk_queue chunks_{changes_, 2};
    std::atomic<bool> ended_{true};
    std::atomic<int> collisions_{0};
    std::atomic<int> flushing_{0};
    std::atomic<int> beside_a_turn_{0};
};

class ChangeSetModel : public testing::TestWithParam<unsigned> {};

TEST_P(ChangeSetModel, TheTargetIsTheSourceWhateverTheInterleaving) {
    model tried(GetParam());
    tried.run();
    ASSERT_TRUE(tried.ended()) << "changes that nobody could take";
    tried.expect_equal_tables();
    EXPECT_EQ(tried.collisions(), 0) << "rows of a chunk that stood in the target before it";
    EXPECT_EQ(tried.flushes_beside_a_turn(), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChangeSetModel, testing::Range(1U, 9U));

}  // namespace
}  // namespace segue::migration
