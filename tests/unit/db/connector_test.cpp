#include "src/db/connector.hpp"

#include "src/base/error.hpp"
#include "src/wire/server_failure.hpp"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::db {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What is thrown in place of the connector's exception.
error translation_of(const sql::SQLException& thrown, bool changes_something) {
    try {
        translated(changes_something, [&] { throw thrown; });
    } catch (const error& failure) {
        return failure;
    }
    throw std::logic_error("nothing was thrown");
}

const sql::SQLException duplicate("Duplicate entry '1' for key 't.PRIMARY'", "23000", 1062);
const sql::SQLException deadlock("Deadlock found when trying to get lock", "40001", 1213);
const sql::SQLException lost("Lost connection to server during query", "HY000", 2013);
const sql::SQLException killed("Connection was killed", "HY000", 1927);

TEST(translated, keeps_the_servers_words_and_number_and_state) {
    const error failure = translation_of(duplicate, true);
    EXPECT_STREQ(failure.what(), "Duplicate entry '1' for key 't.PRIMARY' (MySQL error 1062)");
    EXPECT_EQ(failure.mysql_errno(), 1062);
    EXPECT_EQ(failure.sqlstate(), "23000");
}

TEST(translated, tells_what_may_be_tried_again_from_what_is_final) {
    EXPECT_FALSE(translation_of(duplicate, true).retryable());
    EXPECT_TRUE(translation_of(deadlock, true).retryable());
    EXPECT_TRUE(translation_of(lost, true).retryable());
}

TEST(translated, takes_no_answered_failure_for_a_lost_connection) {
    for (const auto& answered : {duplicate, deadlock}) {
        EXPECT_FALSE(translation_of(answered, true).connection_lost());
        EXPECT_FALSE(translation_of(answered, true).outcome_unknown());
    }
}

TEST(translated, does_not_know_what_became_of_a_change_whose_answer_was_lost) {
    for (const auto& unanswered : {lost, killed}) {
        EXPECT_TRUE(translation_of(unanswered, true).connection_lost());
        EXPECT_TRUE(translation_of(unanswered, true).outcome_unknown());
    }
}

TEST(translated, has_nothing_to_look_up_of_a_question_whose_answer_was_lost) {
    EXPECT_TRUE(translation_of(lost, false).connection_lost());
    EXPECT_FALSE(translation_of(lost, false).outcome_unknown());
}

TEST(translated, looks_at_the_words_where_a_number_says_too_little) {
    const sql::SQLException full("Can't create/write to file '/tmp/x' (OS errno 28 - No space)",
                                 "HY000", 1);
    const sql::SQLException forbidden(
        "Can't create/write to file '/tmp/x' (OS errno 13 - Permission denied)", "HY000", 1);
    EXPECT_TRUE(wire::passes_by_itself(translation_of(full, true)));
    EXPECT_FALSE(wire::passes_by_itself(translation_of(forbidden, true)));
}

TEST(translated, gives_back_what_the_action_gave) {
    EXPECT_EQ(translated(true, [] { return std::string("rows"); }), "rows");
}

TEST(translated, lets_what_is_not_the_connectors_pass) {
    EXPECT_THROW(translated(true, [] { throw stopped(); }), stopped);
    EXPECT_THROW(translated(true, [] { require(false, "it holds"); }), broken_invariant);
    try {
        translated(true, [] { throw error("of our own", {.mysql_errno = 1}); });
        FAIL() << "nothing was thrown";
    } catch (const error& failure) {
        EXPECT_STREQ(failure.what(), "of our own");
    }
}

TEST(live_sessions, are_those_that_were_added_and_not_removed) {
    live_sessions live;
    EXPECT_THAT(live.all(), IsEmpty());
    live.add(7);
    live.add(5);
    EXPECT_TRUE(live.contains(7));
    EXPECT_FALSE(live.contains(6));
    EXPECT_THAT(live.all(), ElementsAre(5, 7));
    live.remove(7);
    EXPECT_FALSE(live.contains(7));
    EXPECT_THAT(live.all(), ElementsAre(5));
}

}  // namespace
}  // namespace segue::db
