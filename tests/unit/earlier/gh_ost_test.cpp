#include "src/earlier/gh_ost.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::earlier {
namespace {

TEST(gh_ost_lock_names, are_of_schema_and_table_or_of_their_hash) {
    EXPECT_EQ(gh_ost_lock_names({.schema = "shop", .name = "orders"}),
              (std::vector<std::string>{"gh-ost::shop.orders",
                                        "gh-ost::02a4f8cd14d11eaf06544ad85ae8bcac6952e98d",
                                        "gh-ost::a1ca901cbdf5b7deba8a1479b86228976ec7b5eb"}));
}

TEST(gh_ost_lock_names, of_more_characters_than_a_lock_can_have_are_hashes_alone) {
    EXPECT_EQ(gh_ost_lock_names({.schema = "shop", .name = std::string(60, 'x')}),
              (std::vector<std::string>{"gh-ost::ba57dd306f2330b0b8bbf778fd7bd2382897ef2c",
                                        "gh-ost::4a3ac374f86a79e85a60cf7b506e7dca1dceea28"}));
    EXPECT_EQ(gh_ost_lock_names({.schema = "shop", .name = std::string(51, 'x')}).size(), 3U);
    EXPECT_EQ(gh_ost_lock_names({.schema = "shop", .name = std::string(52, 'x')}).size(), 2U);
}

}  // namespace
}  // namespace segue::earlier
