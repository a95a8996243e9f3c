#include "src/schema/row_key.hpp"

#include "tests/unit/schema/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const column id = typed("id", "int");
const column a = typed("a", "bigint unsigned");

// The choice where the ALTER leaves the table as it is.
key_choice choose_in(std::vector<column> columns, std::vector<index> indexes) {
    const auto table = table_of("t", std::move(columns), std::move(indexes));
    return choose_key(table, table, sources());
}

void expect_refused(const key_choice& choice, const std::string& reason) {
    EXPECT_FALSE(choice.chosen.has_value());
    EXPECT_THAT(choice.explanation, HasSubstr(reason));
}

TEST(choose_key, the_primary_key_is_preferred) {
    const auto choice = choose_in({id, a}, {unique("a_uk", {"a"}), primary({"id", "a"})});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_TRUE(choice.chosen->is_primary());
    EXPECT_EQ(choice.chosen->target_index, "PRIMARY");
    EXPECT_THAT(choice.explanation, HasSubstr("the primary key"));
}

TEST(choose_key, columns_have_their_order_type_and_ordinal) {
    const auto choice = choose_in({id, a}, {primary({"a", "id"})});
    ASSERT_TRUE(choice.chosen.has_value());
    ASSERT_THAT(choice.chosen->columns, SizeIs(2));
    const key_column& first = choice.chosen->columns[0];
    EXPECT_EQ(first.source, "a");
    EXPECT_EQ(first.ordinal, 1U);
    EXPECT_EQ(first.type, key_type::unsigned_integer);
    const key_column& second = choice.chosen->columns[1];
    EXPECT_EQ(second.source, "id");
    EXPECT_EQ(second.ordinal, 0U);
    EXPECT_EQ(second.type, key_type::signed_integer);
}

TEST(choose_key, without_a_primary_key_the_fewest_columns_win) {
    const auto choice = choose_in({id, a}, {unique("b", {"id", "a"}), unique("c", {"a"})});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "c");
    EXPECT_FALSE(choice.chosen->is_primary());
}

TEST(choose_key, an_index_that_does_not_serve_is_passed_over_for_one_that_does) {
    const auto choice =
        choose_in({id, typed("size", "double")}, {primary({"size"}), unique("id_uk", {"id"})});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "id_uk");
    EXPECT_THAT(choice.explanation, HasSubstr("`PRIMARY`: `size` is double"));
}

TEST(choose_key, a_key_that_the_client_orders_is_better_than_a_primary_key_that_it_does_not) {
    const auto table = table_of("t", {id, text("name", "varchar(20)", "utf8mb4_0900_ai_ci")},
                                {primary({"name"}), unique("id_uk", {"id"})});
    const auto choice = choose_key(table, table, sources());
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "id_uk");
    EXPECT_TRUE(choice.chosen->ordered());
    EXPECT_THAT(choice.explanation, HasSubstr("`PRIMARY`: would serve, but only the server can "
                                              "order its values; `id_uk` is better"));
    // Its columns would not always be in the binary log.
    const auto minimal = choose_key(table, table, sources(), {.full_images = false});
    ASSERT_TRUE(minimal.chosen.has_value());
    EXPECT_TRUE(minimal.chosen->is_primary());
    EXPECT_FALSE(minimal.chosen->ordered());
    EXPECT_THAT(minimal.explanation, HasSubstr("copying and following changes take turns"));
    EXPECT_THAT(minimal.explanation, HasSubstr("`id_uk`: it is not the primary key, and"));
}

TEST(choose_key, a_primary_key_that_the_client_orders_is_better_than_a_narrower_one) {
    const auto choice = choose_in({id, a}, {unique("id_uk", {"id"}), primary({"a", "id"})});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_TRUE(choice.chosen->is_primary());
    EXPECT_THAT(choice.explanation, HasSubstr("`id_uk`: would serve, but `PRIMARY` is the"));
}

TEST(choose_key, of_as_many_columns_the_narrower_are_better) {
    const auto choice = choose_in({typed("wide", "varbinary(100)"), typed("z", "binary(16)")},
                                  {unique("a_uk", {"wide"}), unique("z_uk", {"z"})});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "z_uk");
    EXPECT_THAT(choice.explanation, HasSubstr("fewer or narrower columns"));
}

TEST(choose_key, without_full_images_only_the_primary_key_serves) {
    const auto table = table_of("t", {id}, {unique("id_uk", {"id"})});
    expect_refused(choose_key(table, table, sources(), {.full_images = false}),
                   "binlog_row_image is not FULL");
    const auto primary_table = table_of("t", {id}, {primary({"id"})});
    EXPECT_TRUE(choose_key(primary_table, primary_table, sources(), {.full_images = false})
                    .chosen.has_value());
}

TEST(choose_key, timestamps_serve_where_every_moment_has_one_name) {
    const auto table = table_of("t", {typed("at", "timestamp(3)")}, {primary({"at"})});
    expect_refused(choose_key(table, table, sources(), {.unambiguous_times = false}),
                   "two moments can have one name");
    const auto choice = choose_key(table, table, sources(), {.unambiguous_times = true});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->columns[0].type, key_type::timestamp);
    EXPECT_EQ(choice.chosen->columns[0].length, 3U);
}

TEST(choose_key, where_only_the_server_orders_an_index_in_another_order_is_not_the_same) {
    const auto name = text("name", "varchar(20)", "latin1_swedish_ci");
    const auto original = table_of("t", {id, name}, {primary({"id", "name"})});
    const auto turned = table_of("g", {id, name}, {primary({"name", "id"})});
    const auto choice = choose_key(original, turned, sources());
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_FALSE(choice.chosen->same_in_target);
    EXPECT_TRUE(choose_key(original, original, sources()).chosen->same_in_target);
}

TEST(choose_key, every_integer_type_serves) {
    for (const char* const type :
         {"tinyint(1)", "smallint", "mediumint unsigned", "int(5) unsigned zerofill", "bigint"}) {
        SCOPED_TRACE(type);
        EXPECT_TRUE(choose_in({typed("k", type)}, {primary({"k"})}).chosen.has_value());
    }
}

TEST(choose_key, other_types_are_refused) {
    for (const char* const type : {"float", "double", "float unsigned", "json", "point"}) {
        SCOPED_TRACE(type);
        expect_refused(choose_in({typed("k", type)}, {primary({"k"})}), "`k` is ");
    }
}

TEST(choose_key, a_table_without_a_unique_index_has_none) {
    index plain = unique("k", {"id"});
    plain.unique = false;
    expect_refused(choose_in({id}, {plain}), "no unique index");
}

TEST(choose_key, a_nullable_column_is_refused) {
    expect_refused(choose_in({nullable(id)}, {unique("uk", {"id"})}), "`id` can be NULL");
}

TEST(choose_key, a_prefix_is_refused) {
    auto prefix = unique("uk", {"id"});
    prefix.parts[0].is_prefix = true;
    expect_refused(choose_in({id}, {prefix}), "only a prefix of `id`");
}

TEST(choose_key, an_expression_is_refused) {
    expect_refused(choose_in({id}, {unique("uk", {"id", ""})}), "expression");
}

TEST(choose_key, an_invisible_index_is_refused) {
    auto invisible = unique("uk", {"id"});
    invisible.visible = false;
    expect_refused(choose_in({id}, {invisible}), "invisible");
}

TEST(choose_key, a_generated_column_is_refused) {
    column generated = id;
    generated.generated = true;
    expect_refused(choose_in({generated}, {unique("uk", {"id"})}), "`id` is a generated column");
}

TEST(choose_key, a_descending_column_is_known_as_such) {
    auto descending = primary({"id"});
    descending.parts[0].descending = true;
    const auto choice = choose_in({id}, {descending});
    ASSERT_TRUE(choice.chosen);
    EXPECT_TRUE(choice.chosen->columns[0].descending);
}

// The choice where `from` is the primary key and becomes `to`.
key_choice choose_changed(const column& from, const column& to) {
    return choose_key(table_of("t", {from}, {primary({"k"})}),
                      table_of("g", {to}, {primary({"k"})}), sources());
}

TEST(choose_key, another_type_is_refused) {
    for (const auto& [from, to] : {std::pair("int", "varchar(20)"),
                                   {"int", "decimal(10,0)"},
                                   {"decimal(10,0)", "bigint"},
                                   {"datetime", "date"},
                                   {"datetime", "timestamp"},
                                   {"bit(8)", "tinyint unsigned"},
                                   {"year", "int"}}) {
        SCOPED_TRACE(from);
        expect_refused(choose_changed(typed("k", from), typed("k", to)), "changes its type from");
    }
}

TEST(choose_key, a_type_of_which_no_two_values_can_meet_is_the_same_key) {
    for (const auto& [from, to] : {std::pair("int", "bigint"),
                                   {"tinyint(1)", "mediumint"},
                                   {"int unsigned", "bigint unsigned"},
                                   {"int(11)", "int"},
                                   {"int", "smallint"},
                                   {"int", "bigint unsigned"},
                                   {"bigint unsigned", "int"},
                                   {"decimal(10,2)", "decimal(12,2)"},
                                   {"decimal(10,2)", "decimal(14,4) unsigned"},
                                   {"datetime", "datetime(6)"},
                                   {"time(1)", "time(3)"},
                                   {"date", "datetime"},
                                   {"bit(8)", "bit(12)"},
                                   {"varbinary(16)", "varbinary(20)"},
                                   {"varbinary(16)", "varbinary(10)"},
                                   {"enum('a','b')", "enum('a','b','c')"},
                                   {"set('a')", "set('a','b')"}}) {
        SCOPED_TRACE(std::string(from) + " to " + to);
        const auto choice = choose_changed(typed("k", from), typed("k", to));
        ASSERT_TRUE(choice.chosen.has_value()) << choice.explanation;
        EXPECT_TRUE(choice.chosen->same_in_target);
        EXPECT_EQ(choice.chosen->columns[0].retyped, std::string(from) != to);
    }
}

TEST(choose_key, text_of_the_same_collation_is_the_same_key_however_long_it_is) {
    for (const auto& [from, to] : {std::pair("varchar(9)", "varchar(19)"),
                                   {"varchar(9)", "varchar(5)"},
                                   {"char(9)", "varchar(9)"},
                                   {"varchar(9)", "char(9)"}}) {
        SCOPED_TRACE(std::string(from) + " to " + to);
        const auto choice = choose_changed(text("k", from, "utf8mb4_unicode_ci"),
                                           text("k", to, "utf8mb4_unicode_ci"));
        ASSERT_TRUE(choice.chosen.has_value()) << choice.explanation;
        EXPECT_TRUE(choice.chosen->same_in_target);
    }
}

TEST(choose_key, text_of_another_collation_is_found_by_its_bytes) {
    const auto original = text("k", "varchar(9)", "utf8mb4_0900_as_cs");
    for (const char* const collation :
         {"utf8mb4_0900_ai_ci", "utf8mb4_bin", "latin1_swedish_ci", "utf8mb3_general_ci"}) {
        SCOPED_TRACE(collation);
        const auto choice = choose_changed(original, text("k", "varchar(9)", collation));
        ASSERT_TRUE(choice.chosen.has_value()) << choice.explanation;
        EXPECT_TRUE(choice.chosen->by_bytes());
        EXPECT_FALSE(choice.chosen->same_in_target);
        EXPECT_EQ(choice.chosen->columns[0].target_collation, collation);
        EXPECT_THAT(choice.explanation, HasSubstr("and the bytes of their key"));
    }
}

TEST(choose_key, a_change_that_could_make_two_keys_equal_is_refused) {
    const auto expect_changed = [](const column& from, const column& to) {
        SCOPED_TRACE(from.column_type + " to " + to.column_type + to.collation);
        expect_refused(choose_changed(from, to), "two keys could become equal");
    };
    expect_changed(typed("k", "datetime(6)"), typed("k", "datetime"));
    expect_changed(typed("k", "decimal(10,2)"), typed("k", "decimal(10,1)"));
    expect_changed(typed("k", "varbinary(16)"), typed("k", "binary(16)"));
    expect_changed(typed("k", "decimal(10,2)"), typed("k", "int"));
    expect_changed(typed("k", "datetime"), typed("k", "date"));
    expect_changed(typed("k", "datetime(3)"), typed("k", "bigint"));
    expect_changed(typed("k", "int"), typed("k", "date"));
    expect_changed(typed("k", "int"), typed("k", "year"));
    expect_changed(typed("k", "int"), typed("k", "float"));
    expect_changed(typed("k", "date"), typed("k", "time"));
    expect_changed(typed("k", "bit(8)"), text("k", "varchar(9)", "latin1_swedish_ci"));
    expect_changed(text("k", "varchar(9)", "latin1_bin"), typed("k", "int"));
    expect_changed(text("k", "enum('a','A')", "latin1_bin"),
                   text("k", "varchar(9)", "latin1_swedish_ci"));
    // 'a' and 'a ' are two keys, and one as CHAR.
    expect_changed(text("k", "varchar(9)", "utf8mb4_0900_bin"),
                   text("k", "char(9)", "utf8mb4_0900_bin"));
    expect_changed(text("k", "varchar(9)", "utf8mb4_0900_ai_ci"),
                   text("k", "char(9)", "utf8mb4_general_ci"));
    // Two codes of one character.
    expect_changed(text("k", "varchar(9)", "cp932_bin"), text("k", "varchar(9)", "utf8mb4_bin"));
    expect_changed(text("k", "varchar(9)", "utf8mb4_bin"), text("k", "varchar(9)", "big5_bin"));
}

TEST(choose_key, a_dropped_column_is_refused) {
    expect_refused(choose_key(table_of("t", {id, a}, {primary({"id"})}),
                              table_of("g", {a}, {primary({"a"})}), sources()),
                   "the new table has no `id`");
}

TEST(choose_key, a_column_dropped_and_added_again_is_not_the_same) {
    const auto table = table_of("t", {id, a}, {primary({"id"})});
    expect_refused(choose_key(table, table, sources({{"id", std::nullopt}})),
                   "the values of `id` are others in the new table");
}

TEST(choose_key, a_change_that_leaves_all_keys_apart_is_not_said_to_make_them_equal) {
    const auto expect_told = [](const column& from, const column& to, const std::string& told) {
        SCOPED_TRACE(from.column_type + " to " + to.column_type);
        const auto choice = choose_changed(from, to);
        expect_refused(choice, told);
        EXPECT_THAT(choice.explanation, Not(HasSubstr("could become equal")));
    };
    const std::string other_numbers = "its members have other numbers then";
    expect_told(typed("k", "enum('a','b')"), typed("k", "enum('b','a')"), other_numbers);
    expect_told(typed("k", "enum('a','b')"), typed("k", "enum('a')"), other_numbers);
    expect_told(typed("k", "enum('a')"), typed("k", "enum('a''b')"), other_numbers);
    expect_told(typed("k", "set('a','b')"), typed("k", "set('b','a')"), other_numbers);
    for (const auto& [from, to] : {std::pair("binary(16)", "varbinary(16)"),
                                   {"varchar(9)", "varbinary(40)"},
                                   {"enum('a')", "set('a','b')"},
                                   {"enum('a')", "varchar(9)"},
                                   {"enum('a')", "int"},
                                   {"bit(8)", "binary(1)"},
                                   {"time(2)", "datetime(2)"},
                                   {"int", "varchar(20)"},
                                   {"int", "enum('2','1')"},
                                   {"int", "decimal(10,0)"},
                                   {"decimal(10,0)", "bigint"},
                                   {"date", "char(10)"},
                                   {"date", "timestamp"},
                                   {"datetime", "timestamp(3)"},
                                   {"datetime", "bigint"},
                                   {"bit(8)", "tinyint unsigned"},
                                   {"year", "int"}})
        expect_told(typed("k", from), typed("k", to), "Segue follows no key from the one type");
}

// The choice where the primary key is (id), or (id, a), and the new table has these indexes.
key_choice choose_into(const std::vector<std::string>& source_key, std::vector<index> indexes,
                       std::vector<column> columns = {id, a}) {
    return choose_key(table_of("t", {id, a}, {primary(source_key)}),
                      table_of("g", std::move(columns), std::move(indexes)), sources());
}

index plain(const std::string& name, const std::vector<std::string>& columns) {
    index made = unique(name, columns);
    made.unique = false;
    return made;
}

void expect_found_by(const key_choice& choice, const std::string& index) {
    ASSERT_TRUE(choice.chosen.has_value()) << choice.explanation;
    EXPECT_FALSE(choice.chosen->same_in_target);
    EXPECT_EQ(choice.chosen->target_index, index);
    EXPECT_THAT(choice.explanation, HasSubstr("deleted and inserted anew"));
}

TEST(choose_key, a_key_with_some_of_the_partitions_columns_does_not_serve) {
    const auto original = table_of("t", {id, a}, {primary({"id"})});
    auto target = table_of("t", {id, a}, {primary({"id", "a"})});
    const auto choose_by = [&](const std::vector<std::string>& columns) {
        target.partition_columns = columns;
        return choose_key(original, target, sources());
    };
    expect_refused(choose_by({"id", "a"}), "the new table is partitioned by `id`, `a`, of which");
    expect_found_by(choose_by({"a"}), "PRIMARY");
    expect_found_by(choose_by({"ID"}), "PRIMARY");
    expect_found_by(choose_by({}), "PRIMARY");
}

TEST(choose_key, a_key_that_gains_a_column_is_found_by_an_index_that_begins_with_it) {
    expect_found_by(choose_into({"id"}, {primary({"id", "a"})}), "PRIMARY");
    expect_found_by(choose_into({"id"}, {primary({"a", "id"}), plain("k", {"id"})}), "k");
    expect_found_by(choose_into({"a", "id"}, {plain("k", {"id", "a"})}), "k");
}

TEST(choose_key, a_key_that_loses_a_column_is_found_by_the_unique_index_of_the_rest) {
    expect_found_by(choose_into({"id", "a"}, {primary({"id"})}), "PRIMARY");
    expect_found_by(choose_into({"id", "a"}, {plain("k", {"id", "a"}), unique("u", {"a"})}), "u");
    expect_found_by(choose_into({"id"}, {unique("u", {"id"})}, {nullable(id), a}), "u");
}

TEST(choose_key, an_index_by_which_rows_could_not_be_found_is_refused) {
    constexpr const char* none = "no index that begins with the same columns";
    expect_refused(choose_into({"id"}, {primary({"a", "id"})}), none);
    expect_refused(choose_into({"id"}, {}), "With ADD KEY (`id`) in the ALTER it serves");
    expect_refused(choose_into({"id", "a"}, {plain("k", {"id"})}), none);
    auto unseen = plain("k", {"id"});
    unseen.visible = false;
    expect_refused(choose_into({"id"}, {unseen}), none);
    auto words = plain("k", {"id"});
    words.finds_values = false;
    expect_refused(choose_into({"id"}, {words}), none);
    auto prefix = unique("k", {"id"});
    prefix.parts[0].is_prefix = true;
    expect_refused(choose_into({"id"}, {prefix}), none);
}

TEST(choose_key, a_column_that_the_new_table_computes_is_refused) {
    column computed = id;
    computed.generated = true;
    expect_refused(choose_into({"id"}, {primary({"id"})}, {computed, a}),
                   "`id` is a generated column in the new table");
}

TEST(choose_key, a_key_that_is_the_same_in_both_tables_is_better_than_a_primary_key_that_is_not) {
    const auto choice = choose_key(
        table_of("t", {id, a}, {primary({"id"}), unique("a_uk", {"a"})}),
        table_of("g", {id, a}, {primary({"id", "a"}), unique("a_uk", {"a"})}), sources());
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "a_uk");
    EXPECT_THAT(choice.explanation,
                HasSubstr("`PRIMARY`: would serve, but `a_uk` is a key of both tables"));
}

TEST(choose_key, renamed_columns_are_followed) {
    const auto choice =
        choose_key(table_of("t", {id, a}, {primary({"id", "a"})}),
                   table_of("g", {typed("key_id", "int"), a}, {primary({"a", "key_id"})}),
                   sources({{"key_id", "id"}}));
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->columns[0].source, "id");
    EXPECT_EQ(choice.chosen->columns[0].target, "key_id");
}

TEST(choose_key, swapped_names_are_followed) {
    const auto choice = choose_key(
        table_of("t", {id, typed("b", "int")}, {primary({"id"})}),
        table_of("g", {typed("b", "int"), id}, {primary({"b"}), unique("other", {"id"})}),
        sources({{"b", "id"}, {"id", "b"}}));
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->columns[0].source, "id");
    EXPECT_EQ(choice.chosen->columns[0].target, "b");
    EXPECT_EQ(choice.chosen->target_index, "PRIMARY");
}

TEST(choose_key, the_index_may_have_another_name_in_the_new_table) {
    const auto choice = choose_key(table_of("t", {id}, {primary({"id"})}),
                                   table_of("g", {id}, {unique("id_uk", {"id"})}), sources());
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "PRIMARY");
    EXPECT_EQ(choice.chosen->target_index, "id_uk");
}

}  // namespace
}  // namespace segue::schema
