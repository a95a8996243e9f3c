#include "src/wire/name_lookup.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;

TEST(name_lookup, an_address_is_its_own_answer) {
    EXPECT_THAT(addresses_of("192.0.2.1", {}, {}), ElementsAre("192.0.2.1"));
    EXPECT_THAT(addresses_of("2001:db8::1", {}, {}), ElementsAre("2001:db8::1"));
}

TEST(name_lookup, localhost_is_this_machine) {
    EXPECT_THAT(addresses_of("localhost", std::chrono::steady_clock::now() + 10s, {}),
                Contains(AnyOf("127.0.0.1", "::1")));
}

TEST(name_lookup, a_stop_request_ends_it) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(
        addresses_of("localhost", std::chrono::steady_clock::now() + 10s, stop.get_token()),
        stopped);
}

}  // namespace
}  // namespace segue::wire
