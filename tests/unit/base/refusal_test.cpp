#include "src/base/refusal.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(throw_refusals, none_is_fine) {
    EXPECT_NO_THROW(throw_refusals({}));
}

TEST(throw_refusals, all_are_told_with_their_remedies) {
    EXPECT_THAT(
        [] {
            throw_refusals({{"one", "do this"}, {"two", "do that"}});
        },
        ThrowsMessage<error>(
            AllOf(HasSubstr("one"), HasSubstr("do this"), HasSubstr("two"), HasSubstr("do that"))));
}

TEST(refused, keeps_lines_of_a_remedy_as_lines_of_their_own) {
    EXPECT_EQ(std::string(refused({{"one", "GRANT a;\nor not"}}).what()),
              "this migration cannot be done as asked:\n  - one\n    GRANT a;\n    or not");
}

}  // namespace
}  // namespace segue
