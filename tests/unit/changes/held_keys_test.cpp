#include "src/changes/held_keys.hpp"

#include "src/base/error.hpp"

#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::changes {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

constexpr std::size_t room = 4'096;

// Of every length up to a thousand bytes, zero bytes and empty ones among them.
keys::key_value key(unsigned number) {
    return {std::string(number % 1'000, '\0') + fmt::format("{}", number)};
}

class a_held_keys : public testing::Test {
  protected:
    void hold(const std::string& xid, unsigned from, unsigned to) {
        held_.begin(xid, 1);
        for (unsigned i = from; i < to; ++i) held_.add(xid, key(i));
    }
    std::multiset<std::string> released(const std::string& xid) {
        std::multiset<std::string> all;
        held_.release(xid,
                      [&](std::uint64_t, const keys::key_value& one) { all.insert(one.encoded); });
        return all;
    }
    static std::multiset<std::string> keys(unsigned from, unsigned to) {
        std::multiset<std::string> all;
        for (unsigned i = from; i < to; ++i) all.insert(key(i).encoded);
        return all;
    }

    held_keys held_{room};
};

TEST_F(a_held_keys, are_handed_out_as_they_were_held_and_forgotten) {
    hold("a", 0, 3);
    EXPECT_EQ(held_.keys(), 3U);
    EXPECT_EQ(released("a"), keys(0, 3));
    EXPECT_FALSE(held_.knows("a"));
    EXPECT_EQ(held_.keys(), 0U);
    EXPECT_EQ(held_.bytes_in_memory(), 0U);
}

TEST_F(a_held_keys, a_key_of_an_xid_is_held_once) {
    hold("a", 1, 2);
    hold("a", 1, 2);
    hold("b", 1, 2);
    EXPECT_EQ(held_.keys(), 2U);
    EXPECT_EQ(released("a"), keys(1, 2));
    EXPECT_EQ(released("b"), keys(1, 2));
}

TEST_F(a_held_keys, an_xid_without_keys_is_known) {
    EXPECT_FALSE(held_.knows("a"));
    held_.begin("a", 1);
    EXPECT_TRUE(held_.knows("a"));
    EXPECT_THAT(released("a"), IsEmpty());
    EXPECT_FALSE(held_.knows("a"));
    EXPECT_THAT(released("never seen"), IsEmpty());
}

TEST_F(a_held_keys, have_the_epoch_in_which_their_transaction_began) {
    held_.begin("without", 1);
    held_.begin("a", 4);
    held_.add("a", key(1));
    EXPECT_FALSE(held_.any_before(4));
    EXPECT_TRUE(held_.any_before(5));
    std::set<std::string> known;
    held_.add_known(known);
    EXPECT_EQ(known, (std::set<std::string>{"a", "without"}));
    held_.release("a", [](std::uint64_t epoch, const keys::key_value&) { EXPECT_EQ(epoch, 4U); });
    EXPECT_FALSE(held_.any_before(5));
}

TEST_F(a_held_keys, that_are_in_the_file_count_as_well) {
    hold("a", 0, 500);
    EXPECT_GT(held_.bytes_in_file(), 0U);
    EXPECT_TRUE(held_.any_before(2));
    EXPECT_FALSE(held_.any_before(1));
}

TEST_F(a_held_keys, never_take_more_memory_than_they_may_and_none_is_lost) {
    for (unsigned i = 0; i < 20'000; ++i) {
        const std::string xid = i % 3 == 0 ? "a" : "b";
        held_.begin(xid, 1);
        held_.add(xid, key(i));
        ASSERT_LE(held_.bytes_in_memory(), room);
    }
    EXPECT_GT(held_.bytes_in_file(), 100 * room);
    EXPECT_EQ(held_.keys(), 20'000U);
    std::multiset<std::string> expected_a;
    std::multiset<std::string> expected_b;
    for (unsigned i = 0; i < 20'000; ++i)
        (i % 3 == 0 ? expected_a : expected_b).insert(key(i).encoded);
    EXPECT_EQ(released("b"), expected_b);
    EXPECT_EQ(released("a"), expected_a);
    EXPECT_EQ(held_.keys(), 0U);
    EXPECT_EQ(held_.bytes_in_file(), 0U);
    EXPECT_EQ(held_.bytes_in_memory(), 0U);
}

TEST_F(a_held_keys, many_small_transactions_spill_as_well) {
    for (unsigned i = 0; i < 2'000; ++i) {
        hold(fmt::format("x{}", i), i * 5, i * 5 + 5);
        ASSERT_LE(held_.bytes_in_memory(), room);
    }
    for (unsigned i = 0; i < 2'000; i += 2) held_.forget(fmt::format("x{}", i));
    for (unsigned i = 1; i < 2'000; i += 2)
        ASSERT_EQ(released(fmt::format("x{}", i)), keys(i * 5, i * 5 + 5)) << i;
    EXPECT_EQ(held_.keys(), 0U);
}

TEST_F(a_held_keys, those_of_a_forgotten_transaction_are_gone) {
    hold("a", 0, 500);
    held_.forget("a");
    EXPECT_FALSE(held_.knows("a"));
    EXPECT_EQ(held_.keys(), 0U);
    EXPECT_EQ(held_.bytes_in_file(), 0U);
    hold("a", 500, 501);
    EXPECT_EQ(released("a"), keys(500, 501));
}

TEST_F(a_held_keys, a_transaction_that_is_handed_out_in_part_is_forgotten) {
    hold("a", 0, 500);
    hold("b", 0, 5);
    EXPECT_THROW(held_.release("a", [](std::uint64_t, const keys::key_value&) { throw stopped(); }),
                 stopped);
    EXPECT_FALSE(held_.knows("a"));
    EXPECT_EQ(held_.keys(), 5U);
    EXPECT_EQ(released("b"), keys(0, 5));
}

TEST_F(a_held_keys, a_folder_that_is_not_there_is_an_error_that_says_what_to_do) {
    const char* const before = std::getenv("TMPDIR");
    const std::optional<std::string> kept =
        before ? std::optional<std::string>(before) : std::nullopt;
    ::setenv("TMPDIR", "/nowhere/at/all", 1);
    EXPECT_THAT([&] { hold("a", 0, 500); }, ThrowsMessage<error>(HasSubstr("TMPDIR")));
    if (kept)
        ::setenv("TMPDIR", kept->c_str(), 1);
    else
        ::unsetenv("TMPDIR");
}

}  // namespace
}  // namespace segue::changes
