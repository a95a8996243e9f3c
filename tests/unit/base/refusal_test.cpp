#include "src/base/refusal.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ThrowRefusals, NoneIsFine) {
    EXPECT_NO_THROW(throw_refusals({}));
}

TEST(ThrowRefusals, AllAreToldWithTheirRemedies) {
    EXPECT_THAT(
        [] {
            throw_refusals({{"one", "do this"}, {"two", "do that"}});
        },
        ThrowsMessage<error>(
            AllOf(HasSubstr("one"), HasSubstr("do this"), HasSubstr("two"), HasSubstr("do that"))));
}

}  // namespace
}  // namespace segue
