#include "src/base/error.hpp"

#include "src/base/server_errors.hpp"

#include <gtest/gtest.h>

namespace segue {
namespace {

bool is_from_server(int number) {
    return error("a failure", {.mysql_errno = number}).from_server();
}

TEST(error, is_from_the_server_by_its_number) {
    EXPECT_TRUE(is_from_server(er::dup_entry));
    EXPECT_TRUE(is_from_server(er::check_constraint_dup_name));
    EXPECT_TRUE(is_from_server(ha::fts_invalid_docid));
    EXPECT_FALSE(is_from_server(0));
    EXPECT_FALSE(is_from_server(cr::connection_error));
    EXPECT_FALSE(is_from_server(cr::auth_plugin_err));
}

TEST(error, what_holds_is_required_in_silence) {
    EXPECT_NO_THROW(require(true, "it holds"));
    EXPECT_THROW(require(false, "it holds"), broken_invariant);
}

}  // namespace
}  // namespace segue
