#include "src/schema/row_key.hpp"

#include "tests/unit/schema/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

using testing::HasSubstr;
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

TEST(ChooseKey, ThePrimaryKeyIsPreferred) {
    const auto choice = choose_in({id, a}, {unique("a_uk", {"a"}), primary({"id", "a"})});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_TRUE(choice.chosen->is_primary());
    EXPECT_EQ(choice.chosen->target_index, "PRIMARY");
    EXPECT_THAT(choice.explanation, HasSubstr("the primary key"));
}

TEST(ChooseKey, ColumnsHaveTheirOrderTypeAndOrdinal) {
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

TEST(ChooseKey, WithoutAPrimaryKeyTheFewestColumnsWin) {
    const auto choice = choose_in({id, a}, {unique("b", {"id", "a"}), unique("c", {"a"})});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "c");
    EXPECT_FALSE(choice.chosen->is_primary());
}

TEST(ChooseKey, AnIndexThatDoesNotServeIsPassedOverForOneThatDoes) {
    const auto choice =
        choose_in({id, typed("name", "varchar(20)")}, {primary({"name"}), unique("id_uk", {"id"})});
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "id_uk");
    EXPECT_THAT(choice.explanation, HasSubstr("`PRIMARY`: `name` is varchar(20)"));
}

TEST(ChooseKey, EveryIntegerTypeServes) {
    for (const char* const type :
         {"tinyint(1)", "smallint", "mediumint unsigned", "int(5) unsigned zerofill", "bigint"}) {
        SCOPED_TRACE(type);
        EXPECT_TRUE(choose_in({typed("k", type)}, {primary({"k"})}).chosen.has_value());
    }
}

TEST(ChooseKey, OtherTypesAreRefused) {
    for (const char* const type : {"varchar(20)", "binary(16)", "float", "double", "decimal(10,2)",
                                   "timestamp", "date", "enum('a','unsigned')", "year", "bit(8)"}) {
        SCOPED_TRACE(type);
        expect_refused(choose_in({typed("k", type)}, {primary({"k"})}), "not integers");
    }
}

TEST(ChooseKey, ATableWithoutAUniqueIndexHasNone) {
    index plain = unique("k", {"id"});
    plain.unique = false;
    expect_refused(choose_in({id}, {plain}), "no unique index");
}

TEST(ChooseKey, ANullableColumnIsRefused) {
    expect_refused(choose_in({nullable(id)}, {unique("uk", {"id"})}), "`id` can be NULL");
}

TEST(ChooseKey, APrefixIsRefused) {
    auto prefix = unique("uk", {"id"});
    prefix.parts[0].is_prefix = true;
    expect_refused(choose_in({id}, {prefix}), "only a prefix of `id`");
}

TEST(ChooseKey, AnExpressionIsRefused) {
    expect_refused(choose_in({id}, {unique("uk", {"id", ""})}), "expression");
}

TEST(ChooseKey, AnInvisibleIndexIsRefused) {
    auto invisible = unique("uk", {"id"});
    invisible.visible = false;
    expect_refused(choose_in({id}, {invisible}), "invisible");
}

TEST(ChooseKey, AGeneratedColumnIsRefused) {
    column generated = id;
    generated.generated = true;
    expect_refused(choose_in({generated}, {unique("uk", {"id"})}), "`id` is a generated column");
}

TEST(ChooseKey, ADescendingColumnIsRefused) {
    auto descending = primary({"id"});
    descending.parts[0].descending = true;
    expect_refused(choose_in({id}, {descending}), "descending");
}

TEST(ChooseKey, AChangedTypeIsRefused) {
    const auto original = table_of("t", {id}, {primary({"id"})});
    for (const char* const type : {"bigint", "int unsigned", "varchar(20)"}) {
        SCOPED_TRACE(type);
        const auto target = table_of("g", {typed("id", type)}, {primary({"id"})});
        expect_refused(choose_key(original, target, sources()), "changes its type from int to");
    }
}

TEST(ChooseKey, ADroppedColumnIsRefused) {
    expect_refused(choose_key(table_of("t", {id, a}, {primary({"id"})}),
                              table_of("g", {a}, {primary({"a"})}), sources()),
                   "the new table has no `id`");
}

TEST(ChooseKey, AColumnDroppedAndAddedAgainIsNotTheSame) {
    const auto table = table_of("t", {id, a}, {primary({"id"})});
    expect_refused(choose_key(table, table, sources({{"id", std::nullopt}})),
                   "the new table has no `id`");
}

TEST(ChooseKey, AnIndexThatTheNewTableLacksIsRefused) {
    expect_refused(choose_key(table_of("t", {id, a}, {primary({"id"})}),
                              table_of("g", {id, a}, {primary({"id", "a"})}), sources()),
                   "no unique index over the same columns");
}

TEST(ChooseKey, AnIndexThatIsNotUniqueInTheNewTableDoesNotServeThere) {
    auto plain = unique("uk", {"id"});
    plain.unique = false;
    expect_refused(choose_key(table_of("t", {id}, {unique("uk", {"id"})}),
                              table_of("g", {id}, {plain}), sources()),
                   "no unique index over the same columns");
}

TEST(ChooseKey, AColumnMadeNullableInTheNewTableDoesNotServeThere) {
    expect_refused(choose_key(table_of("t", {id}, {unique("uk", {"id"})}),
                              table_of("g", {nullable(id)}, {unique("uk", {"id"})}), sources()),
                   "no unique index over the same columns");
}

TEST(ChooseKey, RenamedColumnsAreFollowed) {
    const auto choice =
        choose_key(table_of("t", {id, a}, {primary({"id", "a"})}),
                   table_of("g", {typed("key_id", "int"), a}, {primary({"a", "key_id"})}),
                   sources({{"key_id", "id"}}));
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->columns[0].source, "id");
    EXPECT_EQ(choice.chosen->columns[0].target, "key_id");
}

TEST(ChooseKey, SwappedNamesAreFollowed) {
    const auto choice = choose_key(
        table_of("t", {id, typed("b", "int")}, {primary({"id"})}),
        table_of("g", {typed("b", "int"), id}, {primary({"b"}), unique("other", {"id"})}),
        sources({{"b", "id"}, {"id", "b"}}));
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->columns[0].source, "id");
    EXPECT_EQ(choice.chosen->columns[0].target, "b");
    EXPECT_EQ(choice.chosen->target_index, "PRIMARY");
}

TEST(ChooseKey, TheIndexMayHaveAnotherNameInTheNewTable) {
    const auto choice = choose_key(table_of("t", {id}, {primary({"id"})}),
                                   table_of("g", {id}, {unique("id_uk", {"id"})}), sources());
    ASSERT_TRUE(choice.chosen.has_value());
    EXPECT_EQ(choice.chosen->source_index, "PRIMARY");
    EXPECT_EQ(choice.chosen->target_index, "id_uk");
}

}  // namespace
}  // namespace segue::schema
