#include "src/views/view_design.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::views {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

schema::column column(const std::string& name, bool nullable = true) {
    schema::column made;
    made.name = name;
    made.nullable = nullable;
    return made;
}

schema::table_definition table_of(std::vector<schema::column> columns) {
    schema::table_definition made;
    made.name = {"shop", "users"};
    made.columns = std::move(columns);
    return made;
}

std::vector<std::string> columns_of(const view_design& design) {
    std::vector<std::string> all;
    for (const view_column& one : design.columns) all.push_back(one.name + "=" + one.made_from);
    return all;
}

view_design design(std::vector<schema::column> columns, const std::vector<std::string>& maps) {
    std::vector<column_map> read;
    for (const std::string& one : maps) read.push_back(parse_column_map(one));
    return design_view(table_of(std::move(columns)), read);
}

TEST(a_view, has_an_old_name_in_the_place_of_the_column_it_is_made_from) {
    EXPECT_THAT(
        columns_of(design({column("id"), column("full_name"), column("n")}, {"name=FULL_NAME"})),
        ElementsAre("id=id", "name=full_name", "n=n"));
}

TEST(a_view, has_a_taken_name_where_its_column_stood) {
    const auto made =
        design({column("id"), column("name"), column("full_name")}, {"name=full_name"});
    EXPECT_THAT(columns_of(made), ElementsAre("id=id", "name=full_name"));
    EXPECT_THAT(made.notices, ElementsAre(HasSubstr("`name`")));
    EXPECT_THAT(columns_of(design({column("a"), column("b")}, {"a=b", "b=a"})),
                ElementsAre("a=b", "b=a"));
}

TEST(a_view, is_refused_where_no_row_could_be_inserted) {
    EXPECT_THAT(design({column("name", false), column("full_name")}, {"name=full_name"}).refusals,
                SizeIs(1));
    auto number = column("id", false);
    number.auto_increment = true;
    EXPECT_THAT(design({number, column("n")}, {"id=n"}).refusals,
                ElementsAre(testing::Field(&refusal::problem, HasSubstr("AUTO_INCREMENT"))));
    auto hidden = column("h", false);
    hidden.invisible = true;
    EXPECT_THAT(design({column("n"), hidden}, {}).refusals, SizeIs(1));
    const auto taken_in = design({column("n"), hidden}, {"h=h"});
    EXPECT_THAT(taken_in.refusals, IsEmpty());
    EXPECT_THAT(columns_of(taken_in), ElementsAre("n=n", "h=h"));
}

// The first of its values is its default.
TEST(a_view, may_leave_an_enum_out) {
    auto kind = column("kind", false);
    kind.data_type = "enum";
    EXPECT_THAT(design({kind, column("n")}, {"kind=n"}).refusals, IsEmpty());
}

TEST(a_view, has_an_invisible_number_at_its_end) {
    auto number = column("id", false);
    number.auto_increment = true;
    number.invisible = true;
    EXPECT_THAT(columns_of(design({number, column("n")}, {})), ElementsAre("n=n", "id=id"));
}

TEST(a_text_of_a_view, is_read_back) {
    const std::vector<view_column> columns{{.name = "a`b", .made_from = "c,d"},
                                           {.name = "from", .made_from = "x AS y"}};
    const auto text = select_of({"s`", "t.u"}, columns);
    EXPECT_EQ(text,
              "select `s```.`t.u`.`c,d` AS `a``b`,`s```.`t.u`.`x AS y` AS `from` from `s```.`t.u`");
    EXPECT_EQ(columns_in(text), columns);
    for (const auto* const other :
         {"", "select 1", "select `s`.`t`.`a` AS `a` from `s`.`t` where 1",
          "select `s`.`t`.`a` AS `a` from `s`.`u`", "select (`s`.`t`.`a` + 1) AS `a` from `s`.`t`"})
        EXPECT_EQ(columns_in(other), std::nullopt) << other;
}

TEST(changes_of_a_view, are_told_by_name) {
    const std::vector<view_column> before{{"a", "a"}, {"b", "b"}};
    EXPECT_THAT(changes_between(before, before), IsEmpty());
    EXPECT_THAT(
        changes_between(before, std::vector<view_column>{{"a", "c"}, {"d", "b"}}),
        ElementsAre("`a` is made from `c`, and was from `a`", "`d` is new, and made from `b`",
                    "`b`, which was made from `b`, is gone"));
    EXPECT_THAT(changes_between(before, std::vector<view_column>{{"b", "b"}, {"a", "a"}}),
                ElementsAre("its columns stand in another order"));
}

}  // namespace
}  // namespace segue::views
