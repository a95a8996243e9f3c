#include "src/schema/projection.hpp"

#include "src/base/error.hpp"
#include "tests/unit/schema/tables.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

const column id = typed("id", "int");
const table_definition original = table_of("t", {id, typed("a", "int")}, {primary({"id"})});

const value_rules rules = {.conversions = {.no_zero_date = true, .no_zero_in_date = true},
                           .moment = "2026-11-26 12:34:56.123456"};

projection project(std::vector<column> columns, std::vector<renamed> exceptions = {},
                   std::vector<index> indexes = {primary({"id"})}, const value_rules& by = rules) {
    row_key key;
    key.source_index = key.target_index = "PRIMARY";
    key.columns = {{.source = "id", .target = "id"}};
    table_definition target = table_of("g", std::move(columns), std::move(indexes));
    return make_projection(original, target, key, sources(std::move(exceptions)), by);
}

std::map<std::string, std::string> expressions(const projection& made) {
    std::map<std::string, std::string> found;
    for (const auto& one : made.columns) found[one.target] = one.expression;
    return found;
}

column with_default(column made, const std::string& text, bool is_expression = false) {
    made.default_text = text;
    made.default_is_expression = is_expression;
    return made;
}

TEST(projection, columns_are_carried_on_by_their_full_name) {
    const auto made = project({id, typed("a", "int")});
    EXPECT_EQ(made.source.name, "t");
    EXPECT_EQ(made.target.name, "g");
    EXPECT_THAT(expressions(made), ElementsAre(testing::Pair("a", "`s`.`t`.`a`"),
                                               testing::Pair("id", "`s`.`t`.`id`")));
    EXPECT_EQ(made.columns.front().source, "id");
}

TEST(projection, a_renamed_column_is_read_by_its_old_name) {
    const auto made = project({id, typed("b", "int")}, {{"b", "a"}});
    EXPECT_EQ(expressions(made)["b"], "`s`.`t`.`a`");
    EXPECT_THAT(made.description, HasSubstr("`b`: from `a`"));
}

TEST(projection, a_new_column_has_its_default) {
    const auto made = project(
        {id, typed("a", "int"), with_default(typed("n", "int"), "7"), nullable(typed("m", "int"))},
        {{"n", std::nullopt}, {"m", std::nullopt}});
    EXPECT_FALSE(expressions(made).contains("n"));
    EXPECT_FALSE(expressions(made).contains("m"));
    EXPECT_THAT(made.description, HasSubstr("`n`: new, its default (7)"));
    EXPECT_TRUE(made.upserts);
}

// https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html
TEST(projection, a_new_not_null_column_without_a_default_has_the_implicit_one_of_its_type) {
    const std::map<std::string, std::string> implicit = {{"tinyint", "0"},
                                                         {"smallint unsigned", "0"},
                                                         {"mediumint", "0"},
                                                         {"int", "0"},
                                                         {"bigint", "0"},
                                                         {"decimal(10,2)", "0"},
                                                         {"float", "0"},
                                                         {"double", "0"},
                                                         {"year", "0"},
                                                         {"bit(9)", "0"},
                                                         {"char(3)", "''"},
                                                         {"varchar(20)", "''"},
                                                         {"tinytext", "''"},
                                                         {"text", "''"},
                                                         {"mediumtext", "''"},
                                                         {"longtext", "''"},
                                                         {"binary(3)", "''"},
                                                         {"varbinary(3)", "''"},
                                                         {"tinyblob", "''"},
                                                         {"blob", "''"},
                                                         {"mediumblob", "''"},
                                                         {"longblob", "''"},
                                                         {"set('x','y')", "''"},
                                                         {"enum('x','y')", "1"},
                                                         {"time(6)", "'00:00:00'"},
                                                         {"json", "CAST('null' AS JSON)"}};
    for (const auto& [type, value] : implicit) {
        SCOPED_TRACE(type);
        const auto made = project({id, typed("n", type)}, {{"n", std::nullopt}});
        EXPECT_EQ(expressions(made)["n"], value);
        EXPECT_EQ(made.columns.back().source, std::nullopt);
        EXPECT_TRUE(made.upserts);
    }
}

TEST(projection, a_new_not_null_column_that_alter_could_not_fill_is_refused) {
    for (const char* const type :
         {"date", "datetime", "timestamp", "geometry", "point", "vector(3)"}) {
        SCOPED_TRACE(type);
        EXPECT_THAT(
            [&] {
                project({id, typed("n", type)}, {{"n", std::nullopt}});
            },
            ThrowsMessage<error>(HasSubstr("Give it a DEFAULT")));
    }
}

TEST(projection, the_implicit_default_of_a_date_is_zero_where_the_server_takes_it) {
    value_rules lenient = rules;
    lenient.conversions = {.no_zero_date = false, .no_zero_in_date = true};
    for (const auto& [type, value] :
         std::map<std::string, std::string>{{"date", "'0000-00-00'"},
                                            {"datetime(3)", "'0000-00-00 00:00:00'"},
                                            {"timestamp", "'0000-00-00 00:00:00'"}}) {
        const auto made =
            project({id, typed("n", type)}, {{"n", std::nullopt}}, {primary({"id"})}, lenient);
        EXPECT_EQ(expressions(made)["n"], value) << type;
    }
}

TEST(projection, a_column_dropped_and_added_again_is_new) {
    const auto made = project({id, typed("a", "int")}, {{"a", std::nullopt}});
    EXPECT_EQ(expressions(made)["a"], "0");
    EXPECT_THAT(made.description, HasSubstr("`a`: dropped"));
}

TEST(projection, generated_columns_are_left_out) {
    column generated = typed("a", "int");
    generated.generated = true;
    EXPECT_FALSE(expressions(project({id, generated})).contains("a"));
    EXPECT_FALSE(expressions(project({id, generated}, {{"a", std::nullopt}})).contains("a"));
}

TEST(projection, a_new_column_that_sets_itself_is_kept_on_update) {
    column itself = nullable(typed("n", "timestamp"));
    itself.sets_itself_on_update = true;
    EXPECT_THAT(project({id, itself}, {{"n", std::nullopt}}).kept_on_update, ElementsAre("n"));
    itself.name = "a";
    EXPECT_THAT(project({id, itself}).kept_on_update, IsEmpty()) << "it is written with the row";
}

TEST(projection, with_one_unique_index_rows_are_upserted) {
    index plain = unique("k", {"a"});
    plain.unique = false;
    EXPECT_TRUE(project({id, typed("a", "int")}, {}, {primary({"id"}), plain}).upserts);
}

TEST(projection, with_a_second_unique_index_rows_are_not_upserted) {
    EXPECT_FALSE(
        project({id, typed("a", "int")}, {}, {primary({"id"}), unique("k", {"a"})}).upserts);
}

TEST(projection, with_documents_rows_are_not_upserted) {
    EXPECT_FALSE(project({id, typed("a", "json")}).upserts);
}

TEST(projection, with_a_new_expression_default_rows_are_not_upserted) {
    EXPECT_FALSE(project({id, with_default(nullable(typed("n", "int")), "(`a` * 10)", true)},
                         {{"n", std::nullopt}})
                     .upserts);
}

TEST(projection, an_expression_default_of_a_column_that_is_carried_on_does_not_matter) {
    EXPECT_TRUE(project({id, with_default(typed("a", "int"), "(1 + 1)", true)}).upserts);
}

TEST(projection, changes_of_type_are_told) {
    EXPECT_THAT(project({id, typed("a", "bigint")}).description,
                HasSubstr("`a`: from `a` (int to bigint)"));
}

TEST(projection, a_column_of_another_type_is_converted_as_alter_does) {
    EXPECT_EQ(expressions(project({id, typed("a", "varchar(20)")}))["a"], "CONCAT(`s`.`t`.`a`)");
}

TEST(projection, types_that_are_not_known_to_be_converted_alike_are_refused_with_the_way_out) {
    EXPECT_THAT(
        [] {
            project({id, typed("a", "a_new_type(3)")});
        },
        ThrowsMessage<error>(AllOf(HasSubstr("`a`"), HasSubstr("from int to a_new_type(3)"),
                                   HasSubstr("plain ALTER TABLE"))));
}

TEST(projection, a_column_from_nowhere_is_refused) {
    EXPECT_THROW(project({id, typed("b", "int")}, {{"b", "nowhere"}}), broken_invariant);
}

TEST(projection, a_new_column_that_defaults_to_now_has_one_moment_in_all_rows) {
    const auto timestamp = with_default(typed("n", "timestamp"), "CURRENT_TIMESTAMP", true);
    const auto precise = with_default(typed("m", "datetime(6)"), "CURRENT_TIMESTAMP(6)", true);
    const auto less = with_default(typed("l", "timestamp(3)"), "CURRENT_TIMESTAMP(3)", true);
    const auto words = with_default(typed("w", "varchar(30)"), "CURRENT_TIMESTAMP");
    const auto made = project(
        {id, timestamp, precise, less, words},
        {{"n", std::nullopt}, {"m", std::nullopt}, {"l", std::nullopt}, {"w", std::nullopt}});
    EXPECT_EQ(expressions(made)["n"], "'2026-11-26 12:34:56+00:00'");
    EXPECT_EQ(expressions(made)["m"], "'2026-11-26 12:34:56.123456+00:00'");
    EXPECT_EQ(expressions(made)["l"], "'2026-11-26 12:34:56.123+00:00'") << "cut, not rounded";
    EXPECT_FALSE(expressions(made).contains("w"));
    EXPECT_TRUE(made.upserts);
}

TEST(projection, an_expression_of_now_is_a_default_like_any_other) {
    const auto made =
        project({id, with_default(typed("n", "datetime"), "now()", true)}, {{"n", std::nullopt}});
    EXPECT_FALSE(expressions(made).contains("n"));
    EXPECT_FALSE(made.upserts);
}

}  // namespace
}  // namespace segue::schema
