#include "tests/unit/changes/copy_model.hpp"

#include <chrono>
#include <optional>

namespace segue::changes {
namespace {

using keys::key;
using namespace std::chrono_literals;

constexpr std::size_t ids = 400;
constexpr int end_id = 300;  // what the copy covers; the keys above are the tail
constexpr int chunk_ids = 10;

class ordered_model final : public copy_model {
  public:
    explicit ordered_model(unsigned seed) : copy_model(seed, ids, {.keys_max = 50}) {}

    int collisions() const { return collisions_; }
    int flushes_beside_a_turn() const { return beside_a_turn_; }

  private:
    std::int64_t name_of(std::size_t row, std::mt19937&) override {
        return static_cast<std::int64_t>(row);
    }

    void find_bounds() override {
        chunks_.push({.after = key(end_id), .up_to = std::nullopt}, bounded_.token());
        std::optional<keys::key_value> after;
        for (int last = chunk_ids; last <= end_id; last += chunk_ids) {
            chunks_.push({.after = after, .up_to = key(last)}, bounded_.token());
            after = key(last);
        }
        chunks_.close();
    }

    void copy(const carry::chunk& current) override {
        std::vector<std::pair<std::size_t, int>> read;
        for (std::size_t id = 0; id < ids; ++id)
            if (current.range.contains(key(static_cast<int>(id))))
                read.emplace_back(id, source_[id]);
        for (int i = 0; i < 20; ++i) std::this_thread::yield();
        for (const auto& [id, row] : read)
            if (row != absent && target_[id].exchange(row) != absent) ++collisions_;
    }

    void carry_over(const std::vector<keys::key_value>& batch) {
        std::vector<int> read;
        for (const keys::key_value& one : batch) read.push_back(source_[index_of(one)]);
        std::this_thread::yield();
        for (std::size_t i = 0; i < batch.size(); ++i) target_[index_of(batch[i])] = read[i];
    }

    void flush(unsigned seed, std::stop_token stop) override {
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

    static std::size_t index_of(const keys::key_value& key) {
        return static_cast<std::size_t>(id_of(key));
    }

    std::atomic<int> collisions_{0};
    std::atomic<int> flushing_{0};
    std::atomic<int> beside_a_turn_{0};
};

class change_set_model : public testing::TestWithParam<unsigned> {};

TEST_P(change_set_model, the_target_is_the_source_whatever_the_interleaving) {
    ordered_model tried(GetParam());
    tried.run(3, end_id);
    ASSERT_TRUE(tried.ended()) << "changes that nobody could take";
    tried.expect_equal_tables();
    EXPECT_EQ(tried.collisions(), 0) << "rows of a chunk that stood in the target before it";
    EXPECT_EQ(tried.flushes_beside_a_turn(), 0);
}

INSTANTIATE_TEST_SUITE_P(seeds, change_set_model, testing::Range(1U, 9U));

}  // namespace
}  // namespace segue::changes
