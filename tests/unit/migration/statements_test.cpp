#include "src/migration/statements.hpp"

#include "src/base/error.hpp"
#include "tests/unit/migration/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

schema::projection carried(std::vector<schema::key_column> key_columns, bool upserts = true) {
    schema::projection made;
    made.source = {"s", "t"};
    made.target = {"s", "_t_gho"};
    made.key = primary_key(std::move(key_columns));
    for (const auto& column : made.key.columns)
        made.columns.push_back({.target = column.target,
                                .expression = "`s`.`t`." + segue::quoted_name(column.source),
                                .source = column.source});
    made.columns.push_back({.target = "n", .expression = "0", .source = {}});
    made.upserts = upserts;
    return made;
}

statements single(bool locking_reads = false) {
    return statements(carried({signed_column("id")}), locking_reads);
}

statements composite() {
    auto a = signed_column("a");
    a.target = "aa";
    return statements(carried({a, unsigned_column("b")}), false);
}

key_value pair(const statements& texts, const char* a, const char* b) {
    const std::array<db::value, 2> row = {a, b};
    return texts.codec().from_row(row);
}

TEST(Statements, TheLastKeyIsReadFromTheIndexsEnd) {
    EXPECT_EQ(single().last_key(),
              "SELECT `s`.`t`.`id` FROM `s`.`t` FORCE INDEX (`PRIMARY`) ORDER BY `s`.`t`.`id` DESC "
              "LIMIT 1");
    EXPECT_THAT(composite().last_key(), HasSubstr("ORDER BY `s`.`t`.`a` DESC,`s`.`t`.`b` DESC"));
}

TEST(Statements, ABoundIsTheLastKeyOfSoManyRows) {
    EXPECT_EQ(
        single().bound({.after = key(5), .up_to = key(9)}, 100),
        "SELECT `s`.`t`.`id` FROM `s`.`t` FORCE INDEX (`PRIMARY`) WHERE ((`s`.`t`.`id`>5)) AND "
        "((`s`.`t`.`id`<=9)) ORDER BY `s`.`t`.`id` LIMIT 1 OFFSET 99");
    EXPECT_THROW(single().bound({}, 0), error);
}

TEST(Statements, AnOpenEndHasNoCondition) {
    EXPECT_THAT(single().copy({}), EndsWith("WHERE TRUE"));
    EXPECT_THAT(single().copy({.after = key(5), .up_to = std::nullopt}),
                EndsWith("WHERE ((`s`.`t`.`id`>5))"));
    EXPECT_THAT(single().copy({.after = std::nullopt, .up_to = key(-5)}),
                EndsWith("WHERE ((`s`.`t`.`id`<=-5))"));
}

TEST(Statements, BoundsOfCompositeKeysAreExpanded) {
    const auto texts = composite();
    EXPECT_THAT(texts.copy({.after = pair(texts, "1", "2"), .up_to = pair(texts, "3", "4")}),
                EndsWith("WHERE ((`s`.`t`.`a`>1) OR (`s`.`t`.`a`=1 AND `s`.`t`.`b`>2)) AND "
                         "((`s`.`t`.`a`<3) OR (`s`.`t`.`a`=3 AND `s`.`t`.`b`<=4))"));
}

TEST(Statements, ACopyInsertsPlainly) {
    EXPECT_EQ(single().copy({.after = std::nullopt, .up_to = key(9)}),
              "INSERT INTO `s`.`_t_gho` (`id`,`n`) SELECT `s`.`t`.`id`,0 FROM `s`.`t` FORCE INDEX "
              "(`PRIMARY`) WHERE ((`s`.`t`.`id`<=9))");
}

TEST(Statements, EachKeyIsAskedForByARowOfItsOwn) {
    EXPECT_EQ(single().which_are_gone(keys({5, -7})),
              "SELECT segue_keys.k0, `s`.`t`.`id` IS NULL FROM (VALUES ROW(5),ROW(-7)) AS "
              "segue_keys(k0) LEFT JOIN `s`.`t` FORCE INDEX (`PRIMARY`) ON "
              "`s`.`t`.`id`=segue_keys.k0");
    const auto texts = composite();
    EXPECT_THAT(texts.which_are_gone({{pair(texts, "1", "18446744073709551615")}}),
                HasSubstr("(VALUES ROW(1,18446744073709551615)) AS segue_keys(k0,k1) LEFT JOIN "
                          "`s`.`t` FORCE INDEX (`PRIMARY`) ON `s`.`t`.`a`=segue_keys.k0 AND "
                          "`s`.`t`.`b`=segue_keys.k1"));
}

TEST(Statements, RowsAreErasedByTheTargetsNames) {
    const auto texts = composite();
    EXPECT_EQ(texts.erase({{pair(texts, "1", "2")}}),
              "DELETE `s`.`_t_gho` FROM (VALUES ROW(1,2)) AS segue_keys(k0,k1) STRAIGHT_JOIN "
              "`s`.`_t_gho` FORCE INDEX (`PRIMARY`) ON `s`.`_t_gho`.`aa`=segue_keys.k0 AND "
              "`s`.`_t_gho`.`b`=segue_keys.k1");
}

TEST(Statements, AnUpsertWritesEveryColumnOverWhatIsThere) {
    auto upserted = carried({signed_column("id")});
    upserted.kept_on_update = {"changed_at"};
    EXPECT_EQ(statements(upserted, false).carry_over(keys({5})),
              "INSERT INTO `s`.`_t_gho` (`id`,`n`) SELECT `s`.`t`.`id`,0 FROM (VALUES ROW(5)) AS "
              "segue_keys(k0) STRAIGHT_JOIN `s`.`t` FORCE INDEX (`PRIMARY`) ON "
              "`s`.`t`.`id`=segue_keys.k0 ON DUPLICATE KEY UPDATE "
              "`s`.`_t_gho`.`id`=`s`.`t`.`id`,`s`.`_t_gho`.`n`=0,"
              "`s`.`_t_gho`.`changed_at`=`s`.`_t_gho`.`changed_at`");
}

TEST(Statements, WhereAnUpsertWouldNotDoRowsAreInsertedPlainly) {
    const statements texts(carried({signed_column("id")}, /*upserts=*/false), false);
    EXPECT_FALSE(texts.upserts());
    EXPECT_EQ(texts.carry_over(keys({5})), texts.carry_over_plainly(keys({5})));
    EXPECT_THAT(texts.carry_over(keys({5})), Not(HasSubstr("DUPLICATE")));
    EXPECT_THAT(single().carry_over_plainly(keys({5})), Not(HasSubstr("DUPLICATE")));
}

TEST(Statements, WithoutLockingReadsTheSourceIsNotLocked) {
    const auto texts = single(false);
    for (const std::string& text :
         {texts.copy({}), texts.which_are_gone(keys({1})), texts.carry_over(keys({1}))})
        EXPECT_THAT(text, Not(HasSubstr("FOR SHARE")));
}

TEST(Statements, WithLockingReadsEveryReadForTheTargetLocksTheSource) {
    const auto texts = single(true);
    EXPECT_THAT(texts.copy({}), EndsWith(" FOR SHARE OF `t`"));
    EXPECT_THAT(texts.which_are_gone(keys({1})), EndsWith(" FOR SHARE OF `t`"));
    EXPECT_THAT(texts.carry_over_plainly(keys({1})), EndsWith(" FOR SHARE OF `t`"));
    EXPECT_THAT(texts.carry_over(keys({1})),
                HasSubstr(" FOR SHARE OF `t` ON DUPLICATE KEY UPDATE "));
    EXPECT_THAT(texts.erase(keys({1})), Not(HasSubstr("FOR SHARE")));
}

TEST(Statements, TablesAreNeverNamedByAnAlias) {
    const auto texts = composite();
    const key_value one = pair(texts, "1", "2");
    const std::vector<key_value> batch = {one};
    for (const std::string& text :
         {texts.last_key(), texts.bound({}, 1), texts.copy({}), texts.which_are_gone(batch),
          texts.erase(batch), texts.carry_over(batch), texts.carry_over_plainly(batch),
          texts.collisions_in(key_range{}), texts.collisions_in(batch), texts.keys_in({}, 1)}) {
        SCOPED_TRACE(text);
        EXPECT_THAT(text, Not(HasSubstr("`t` AS")));
        EXPECT_THAT(text, Not(HasSubstr("_gho` AS")));
        EXPECT_THAT(text, Not(HasSubstr(" `t`.")));
    }
}

TEST(Statements, CollisionsAreCollectedAndChangeNothing) {
    EXPECT_THAT(single().collisions_in(keys({5})),
                EndsWith(" ON DUPLICATE KEY UPDATE `s`.`_t_gho`.`id`=IF((@segue_collisions:="
                         "IF(CHAR_LENGTH(@segue_collisions)>60000,@segue_collisions,"
                         "CONCAT_WS(';',@segue_collisions,CONCAT_WS(',',`s`.`_t_gho`.`id`,"
                         "`s`.`t`.`id`)))) IS NULL,`s`.`_t_gho`.`id`,`s`.`_t_gho`.`id`)"));
    EXPECT_THAT(
        composite().collisions_in(key_range{}),
        HasSubstr("CONCAT_WS(',',`s`.`_t_gho`.`aa`,`s`.`_t_gho`.`b`,`s`.`t`.`a`,`s`.`t`.`b`)"));
}

TEST(Statements, KeysOfARangeComeInOrderAndBounded) {
    EXPECT_THAT(composite().keys_in({}, 7),
                EndsWith("WHERE TRUE ORDER BY `s`.`t`.`a`,`s`.`t`.`b` LIMIT 7"));
}

TEST(Statements, NamesAreQuoted) {
    auto odd = carried({signed_column("i`d")});
    odd.source = {"my db", "t`"};
    EXPECT_THAT(statements(odd, true).copy({}),
                EndsWith("FROM `my db`.`t``` FORCE INDEX "
                         "(`PRIMARY`) WHERE TRUE FOR SHARE OF `t```"));
    EXPECT_THAT(statements(odd, false).last_key(), HasSubstr("`my db`.`t```.`i``d`"));
}

TEST(Statements, ABatchWithoutKeysIsRefused) {
    EXPECT_THROW(single().carry_over({}), error);
    EXPECT_THROW(single().erase({}), error);
    EXPECT_THROW(single().which_are_gone({}), error);
}

}  // namespace
}  // namespace segue::migration
