#include "src/rows/statements.hpp"

#include "src/base/error.hpp"
#include "src/base/one_line.hpp"
#include "tests/unit/keys/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::rows {
namespace {

using keys::key;
using keys::keys;
using keys::primary_key;
using keys::signed_column;
using keys::unsigned_column;
using testing::ElementsAre;
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

keys::key_value pair(const statements& texts, const char* a, const char* b) {
    const std::array<db::value, 2> row = {a, b};
    return texts.codec().from_row(row);
}

TEST(statements, the_last_key_is_read_from_the_indexs_end) {
    EXPECT_EQ(single().last_key(),
              "SELECT `s`.`t`.`id` FROM `s`.`t` FORCE INDEX (`PRIMARY`) ORDER BY `s`.`t`.`id` DESC "
              "LIMIT 1");
    EXPECT_THAT(composite().last_key(), HasSubstr("ORDER BY `s`.`t`.`a` DESC,`s`.`t`.`b` DESC"));
}

// A row that does not match is as good as not there, but its names are still its own.
TEST(statements, rows_that_do_not_match_count_as_gone) {
    auto made = carried({signed_column("id")});
    made.where = "(`s`.`t`.`n` > 1)";
    const statements texts(made, /*locking_reads=*/false);
    const std::string matching = " AND (`s`.`t`.`n` > 1)";
    const auto ids = keys({1});
    EXPECT_THAT(texts.copy({key(1), key(9)}), EndsWith(matching));
    EXPECT_THAT(texts.which_are_gone(ids), EndsWith(matching));
    EXPECT_THAT(texts.carry_over_plainly(ids), EndsWith(matching));
    EXPECT_THAT(texts.carry_over(ids), HasSubstr(matching + " ON DUPLICATE KEY UPDATE"));
    EXPECT_THAT(texts.collisions_in(ids), HasSubstr(matching + " ON DUPLICATE KEY UPDATE"));
    EXPECT_THAT(texts.collisions_in({key(1), key(9)}), HasSubstr(matching));
    for (const std::string& text : {texts.spelled(ids), texts.erase(ids), texts.last_key(),
                                    texts.keys_in({key(1), key(9)}, 5)})
        EXPECT_THAT(text, Not(HasSubstr("> 1)")));
}

TEST(statements, a_row_that_is_kept_is_written_over_as_itself_alone) {
    auto made = carried({signed_column("id")});
    EXPECT_THAT(statements(made, false).carry_over(keys({1})),
                HasSubstr("UPDATE `s`.`_t_gho`.`id`=`s`.`t`.`id`,"));
    made.keeps_rows = true;
    EXPECT_THAT(statements(made, false).carry_over(keys({1})),
                HasSubstr("UPDATE `s`.`_t_gho`.`id`=IF(`s`.`_t_gho`.`id`=`s`.`t`.`id`,"
                          "`s`.`t`.`id`,NULL),`s`.`_t_gho`.`n`=0"));
}

TEST(statements, any_row_of_a_range_that_meets_a_condition_is_asked_for) {
    const auto texts = single();
    const std::array<db::value, 1> row = {"7"};
    EXPECT_EQ(texts.any_that({.after = std::nullopt, .up_to = texts.codec().from_row(row)},
                             "a IS NULL OR b"),
              "SELECT `s`.`t`.`id` FROM `s`.`t` FORCE INDEX (`PRIMARY`) WHERE "
              "(((`s`.`t`.`id`<=7))) AND (a IS NULL OR b) LIMIT 1");
    EXPECT_THAT(single(true).any_that({}, "c"), EndsWith("AND (c) LIMIT 1 FOR SHARE OF `t`"));
}

TEST(statements, a_bound_is_the_last_key_of_so_many_rows) {
    const statements::leg within{.condition = "leg", .fixed_columns = 0};
    EXPECT_EQ(single().bound(within, key(9), 100),
              "SELECT `s`.`t`.`id`,((`s`.`t`.`id`<=9)) FROM `s`.`t` FORCE INDEX (`PRIMARY`) WHERE "
              "leg ORDER BY `s`.`t`.`id` LIMIT 1 OFFSET 99");
    EXPECT_THAT(single().bound(within, std::nullopt, 1),
                HasSubstr("SELECT `s`.`t`.`id`,TRUE FROM"));
    EXPECT_THROW(single().bound(within, std::nullopt, 0), broken_invariant);
    EXPECT_EQ(
        in_one_line(single().count_leg(within, 100)),
        "SELECT COUNT(*) FROM (SELECT `s`.`t`.`id` FROM `s`.`t` FORCE INDEX (`PRIMARY`) WHERE "
        "leg LIMIT 100) AS segue_counted");
}

std::vector<std::string> conditions(const std::vector<statements::leg>& legs) {
    std::vector<std::string> made;
    for (const auto& one : legs) made.push_back(one.condition);
    return made;
}

TEST(statements, a_descending_column_is_read_from_its_greatest_value_on) {
    auto b = unsigned_column("b");
    b.descending = true;
    auto e = unsigned_column("e");
    e.type = schema::key_type::numbered;
    e.length = 3;
    e.descending = true;
    const statements texts(carried({signed_column("a"), b}), false);
    EXPECT_THAT(texts.first_key(), HasSubstr("ORDER BY `s`.`t`.`a`,`s`.`t`.`b` DESC LIMIT"));
    EXPECT_THAT(texts.last_key(), HasSubstr("ORDER BY `s`.`t`.`a` DESC,`s`.`t`.`b` LIMIT"));
    EXPECT_LT(pair(texts, "1", "9"), pair(texts, "1", "2"));
    EXPECT_LT(pair(texts, "1", "2"), pair(texts, "2", "9"));
    const auto legs = texts.legs(pair(texts, "1", "5"));
    EXPECT_THAT(conditions(legs), ElementsAre("`s`.`t`.`a`=1 AND `s`.`t`.`b`<5", "`s`.`t`.`a`>1"));
    EXPECT_THAT(texts.bound(legs[1], std::nullopt, 1),
                HasSubstr(" ORDER BY `s`.`t`.`a`,`s`.`t`.`b` DESC LIMIT"));
    EXPECT_THAT(texts.erase_range({.after = pair(texts, "1", "5"), .up_to = pair(texts, "2", "7")}),
                EndsWith("((`s`.`_t_gho`.`a`>1) OR (`s`.`_t_gho`.`a`=1 AND `s`.`_t_gho`.`b`<5)) "
                         "AND ((`s`.`_t_gho`.`a`<2) OR (`s`.`_t_gho`.`a`=2 AND "
                         "`s`.`_t_gho`.`b`>=7))"));

    const statements by_number(carried({e}), false);
    const std::array<db::value, 1> two = {"2"};
    const keys::key_value at_two = by_number.codec().from_row(two);
    EXPECT_THAT(conditions(by_number.legs(at_two)), ElementsAre("`s`.`t`.`e`=1", "`s`.`t`.`e`=0"));
    EXPECT_THAT(by_number.erase_range({.after = at_two, .up_to = std::nullopt}),
                EndsWith("WHERE ((`s`.`_t_gho`.`e` IN (0,1)))"));
    EXPECT_THAT(by_number.erase_range({.after = std::nullopt, .up_to = at_two}),
                EndsWith("WHERE ((`s`.`_t_gho`.`e` IN (2,3)))"));
}

TEST(statements, what_is_above_a_key_is_one_range_of_the_index_behind_the_other) {
    EXPECT_THAT(conditions(single().legs(std::nullopt)), ElementsAre("TRUE"));
    EXPECT_THAT(conditions(single().legs(key(5))), ElementsAre("`s`.`t`.`id`>5"));
    const auto texts = composite();
    const auto legs = texts.legs(pair(texts, "1", "2"));
    EXPECT_THAT(conditions(legs), ElementsAre("`s`.`t`.`a`=1 AND `s`.`t`.`b`>2", "`s`.`t`.`a`>1"));
    EXPECT_THAT(texts.bound(legs[0], std::nullopt, 1), HasSubstr(" ORDER BY `s`.`t`.`b` LIMIT"));
    EXPECT_THAT(texts.bound(legs[1], std::nullopt, 1),
                HasSubstr(" ORDER BY `s`.`t`.`a`,`s`.`t`.`b` LIMIT"));
}

TEST(statements, an_open_end_has_no_condition) {
    EXPECT_THAT(single().copy({}), EndsWith("WHERE TRUE"));
    EXPECT_THAT(single().copy({.after = key(5), .up_to = std::nullopt}),
                EndsWith("WHERE ((`s`.`t`.`id`>5))"));
    EXPECT_THAT(single().copy({.after = std::nullopt, .up_to = key(-5)}),
                EndsWith("WHERE ((`s`.`t`.`id`<=-5))"));
}

TEST(statements, bounds_of_composite_keys_are_expanded) {
    const auto texts = composite();
    EXPECT_THAT(texts.copy({.after = pair(texts, "1", "2"), .up_to = pair(texts, "3", "4")}),
                EndsWith("WHERE ((`s`.`t`.`a`>1) OR (`s`.`t`.`a`=1 AND `s`.`t`.`b`>2)) AND "
                         "((`s`.`t`.`a`<3) OR (`s`.`t`.`a`=3 AND `s`.`t`.`b`<=4))"));
}

TEST(statements, a_copy_inserts_plainly) {
    EXPECT_EQ(single().copy({.after = std::nullopt, .up_to = key(9)}),
              "INSERT INTO `s`.`_t_gho` (`id`,`n`) SELECT `s`.`t`.`id`,0 FROM `s`.`t` FORCE INDEX "
              "(`PRIMARY`) WHERE ((`s`.`t`.`id`<=9))");
}

TEST(statements, each_key_is_asked_for_by_a_row_of_its_own) {
    EXPECT_EQ(single().which_are_gone(keys({5, -7})),
              "SELECT segue_keys.n, `s`.`t`.`id` IS NULL FROM (VALUES ROW(0,5),ROW(1,-7)) AS "
              "segue_keys(n,k0) LEFT JOIN `s`.`t` FORCE INDEX (`PRIMARY`) ON "
              "`s`.`t`.`id`=segue_keys.k0");
    const auto texts = composite();
    EXPECT_THAT(texts.which_are_gone({{pair(texts, "1", "18446744073709551615")}}),
                HasSubstr("(VALUES ROW(0,1,18446744073709551615)) AS segue_keys(n,k0,k1) LEFT JOIN "
                          "`s`.`t` FORCE INDEX (`PRIMARY`) ON `s`.`t`.`a`=segue_keys.k0 AND "
                          "`s`.`t`.`b`=segue_keys.k1"));
}

TEST(statements, rows_are_erased_by_the_targets_names) {
    const auto texts = composite();
    EXPECT_EQ(texts.erase({{pair(texts, "1", "2")}}),
              "DELETE `s`.`_t_gho` FROM (VALUES ROW(1,2)) AS segue_keys(k0,k1) STRAIGHT_JOIN "
              "`s`.`_t_gho` FORCE INDEX (`PRIMARY`) ON `s`.`_t_gho`.`aa`=segue_keys.k0 AND "
              "`s`.`_t_gho`.`b`=segue_keys.k1");
}

TEST(statements, an_upsert_writes_every_column_over_what_is_there) {
    auto upserted = carried({signed_column("id")});
    upserted.kept_on_update = {"changed_at"};
    EXPECT_EQ(statements(upserted, false).carry_over(keys({5})),
              "INSERT INTO `s`.`_t_gho` (`id`,`n`) SELECT `s`.`t`.`id`,0 FROM (VALUES ROW(5)) AS "
              "segue_keys(k0) STRAIGHT_JOIN `s`.`t` FORCE INDEX (`PRIMARY`) ON "
              "`s`.`t`.`id`=segue_keys.k0 ON DUPLICATE KEY UPDATE "
              "`s`.`_t_gho`.`id`=`s`.`t`.`id`,`s`.`_t_gho`.`n`=0,"
              "`s`.`_t_gho`.`changed_at`=`s`.`_t_gho`.`changed_at`");
}

TEST(statements, where_an_upsert_would_not_do_rows_are_inserted_plainly) {
    const statements texts(carried({signed_column("id")}, /*upserts=*/false), false);
    EXPECT_FALSE(texts.upserts());
    EXPECT_EQ(texts.carry_over(keys({5})), texts.carry_over_plainly(keys({5})));
    EXPECT_THAT(texts.carry_over(keys({5})), Not(HasSubstr("DUPLICATE")));
    EXPECT_THAT(single().carry_over_plainly(keys({5})), Not(HasSubstr("DUPLICATE")));
}

TEST(statements, without_locking_reads_the_source_is_not_locked) {
    const auto texts = single(false);
    for (const std::string& text :
         {texts.copy({}), texts.which_are_gone(keys({1})), texts.carry_over(keys({1}))})
        EXPECT_THAT(text, Not(HasSubstr("FOR SHARE")));
}

TEST(statements, with_locking_reads_every_read_for_the_target_locks_the_source) {
    const auto texts = single(true);
    EXPECT_THAT(texts.copy({}), EndsWith(" FOR SHARE OF `t`"));
    EXPECT_THAT(texts.which_are_gone(keys({1})), EndsWith(" FOR SHARE OF `t`"));
    EXPECT_THAT(texts.carry_over_plainly(keys({1})), EndsWith(" FOR SHARE OF `t`"));
    EXPECT_THAT(texts.carry_over(keys({1})),
                HasSubstr(" FOR SHARE OF `t` ON DUPLICATE KEY UPDATE "));
    EXPECT_THAT(texts.erase(keys({1})), Not(HasSubstr("FOR SHARE")));
}

TEST(statements, tables_are_never_named_by_an_alias) {
    const auto texts = composite();
    const keys::key_value one = pair(texts, "1", "2");
    const std::vector<keys::key_value> batch = {one};
    for (const std::string& text :
         {texts.first_key(), texts.last_key(), texts.erase_range({}),
          texts.bound(texts.legs(one).front(), one, 1), texts.copy({}), texts.which_are_gone(batch),
          texts.erase(batch), texts.carry_over(batch), texts.carry_over_plainly(batch),
          texts.collisions_in(keys::key_range{}), texts.collisions_in(batch), texts.keys_in({}, 1),
          texts.in_target(batch), texts.spelled(batch)}) {
        SCOPED_TRACE(text);
        EXPECT_THAT(text, Not(HasSubstr("`t` AS")));
        EXPECT_THAT(text, Not(HasSubstr("_gho` AS")));
        EXPECT_THAT(text, Not(HasSubstr(" `t`.")));
    }
}

TEST(statements, collisions_are_collected_and_change_nothing) {
    EXPECT_THAT(in_one_line(single().collisions_in(keys({5}))),
                EndsWith(" ON DUPLICATE KEY UPDATE `s`.`_t_gho`.`id`=IF( (@segue_collisions:="
                         "IF(`s`.`_t_gho`.`id`=`s`.`t`.`id` OR "
                         "CHAR_LENGTH(@segue_collisions)>60000, @segue_collisions, "
                         "CONCAT_WS(';',@segue_collisions,CONCAT_WS(',',`s`.`_t_gho`.`id`,"
                         "`s`.`t`.`id`)))) IS NULL, `s`.`_t_gho`.`id`,`s`.`_t_gho`.`id`)"));
    EXPECT_THAT(
        composite().collisions_in(keys::key_range{}),
        HasSubstr("CONCAT_WS(',',`s`.`_t_gho`.`aa`,`s`.`_t_gho`.`b`,`s`.`t`.`a`,`s`.`t`.`b`)"));
}

TEST(statements, a_collection_of_collisions_fits_into_a_packet) {
    const statements texts(carried({signed_column("id")}), false, 50'000);
    EXPECT_THAT(texts.collisions_in(keys({5})), HasSubstr("CHAR_LENGTH(@segue_collisions)>25000,"));
}

TEST(statements, rows_in_the_target_are_looked_for_by_the_targets_names) {
    const auto texts = composite();
    EXPECT_EQ(
        texts.in_target({{pair(texts, "1", "2")}}),
        "SELECT `s`.`_t_gho`.`aa`,`s`.`_t_gho`.`b` FROM (VALUES ROW(1,2)) AS segue_keys(k0,k1) "
        "STRAIGHT_JOIN `s`.`_t_gho` FORCE INDEX (`PRIMARY`) ON `s`.`_t_gho`.`aa`=segue_keys.k0 AND "
        "`s`.`_t_gho`.`b`=segue_keys.k1");
}

TEST(statements, keys_of_a_range_come_in_order_and_bounded) {
    EXPECT_THAT(composite().keys_in({}, 7),
                EndsWith("WHERE TRUE ORDER BY `s`.`t`.`a`,`s`.`t`.`b` LIMIT 7"));
}

schema::key_column text_column(const std::string& name) {
    schema::key_column made{.source = name, .target = name, .type = schema::key_type::text};
    made.length = 20;
    made.collation = "latin1_swedish_ci";
    return made;
}

schema::key_column enum_column(const std::string& name) {
    schema::key_column made{.source = name, .target = name, .type = schema::key_type::numbered};
    made.length = 3;
    return made;
}

keys::key_value spelled(const statements& texts, const char* hex) {
    const std::array<db::value, 1> row = {hex};
    return texts.codec().from_row(row);
}

TEST(statements, keys_of_text_are_read_as_bytes_and_written_in_their_collation) {
    const statements texts(carried({text_column("name")}), false);
    EXPECT_THAT(texts.last_key(),
                testing::StartsWith("SELECT HEX(`s`.`t`.`name`) FROM `s`.`t` FORCE INDEX"));
    EXPECT_THAT(texts.last_key(), HasSubstr("ORDER BY `s`.`t`.`name` DESC"));
    EXPECT_THAT(texts.keys_in({.after = spelled(texts, "61"), .up_to = std::nullopt}, 1),
                HasSubstr("`s`.`t`.`name`>_latin1 X'61' COLLATE latin1_swedish_ci"));
}

TEST(statements, keys_that_the_server_compares_carry_each_row_over_once) {
    const statements texts(carried({text_column("name")}), false);
    const std::vector<keys::key_value> both = {spelled(texts, "61"), spelled(texts, "41")};
    const std::string distinct = "FROM (SELECT DISTINCT k0 FROM (VALUES ROW(_latin1 X'61'";
    EXPECT_THAT(texts.carry_over(both), HasSubstr(distinct));
    EXPECT_THAT(texts.carry_over_plainly(both), HasSubstr(distinct));
    EXPECT_THAT(texts.collisions_in(both), HasSubstr(distinct));
    // One answer for each key asked, whatever it names.
    EXPECT_THAT(texts.which_are_gone(both), Not(HasSubstr("DISTINCT")));
    EXPECT_THAT(single().carry_over(keys({1, 2})), Not(HasSubstr("DISTINCT")));
}

TEST(statements, a_chunk_of_keys_that_the_server_orders_is_written_over_what_flushes_brought) {
    const statements over(carried({text_column("name")}), false);
    EXPECT_THAT(over.copy({}), HasSubstr(" ON DUPLICATE KEY UPDATE "));
    const statements beside(carried({text_column("name")}, /*upserts=*/false), false);
    EXPECT_THAT(beside.copy({}), Not(HasSubstr("DUPLICATE")));
    EXPECT_EQ(beside.erase_range({.after = std::nullopt, .up_to = spelled(beside, "61")}),
              "DELETE `s`.`_t_gho` FROM `s`.`_t_gho` FORCE INDEX (`PRIMARY`) WHERE "
              "((`s`.`_t_gho`.`name`<=_latin1 X'61' COLLATE latin1_swedish_ci))");
    EXPECT_THAT(single().copy({}), Not(HasSubstr("DUPLICATE")));
}

// A key of which other values are equal in the target.
schema::projection by_bytes(schema::key_column column, const std::string& target_collation) {
    column.by_bytes = true;
    column.retyped = true;
    column.target_collation = target_collation;
    auto made = carried({column}, /*upserts=*/false);
    made.key.same_in_target = false;
    return made;
}

TEST(statements,
     of_another_collation_rows_of_the_target_are_found_by_their_bytes_in_the_old_character_set) {
    const statements texts(by_bytes(text_column("name"), "utf8mb4_0900_ai_ci"), false);
    EXPECT_EQ(texts.erase({{spelled(texts, "61")}}),
              "DELETE `s`.`_t_gho` FROM (VALUES ROW(_latin1 X'61' COLLATE latin1_swedish_ci)) AS "
              "segue_keys(k0) STRAIGHT_JOIN `s`.`_t_gho` FORCE INDEX (`PRIMARY`) ON "
              "`s`.`_t_gho`.`name`=CONVERT(segue_keys.k0 USING utf8mb4) COLLATE utf8mb4_0900_ai_ci "
              "AND CAST(CONVERT(`s`.`_t_gho`.`name` USING latin1) AS "
              "BINARY)=CAST(segue_keys.k0 AS BINARY)");
    EXPECT_THAT(texts.in_target({{spelled(texts, "61")}}),
                testing::StartsWith("SELECT HEX(CONVERT(`s`.`_t_gho`.`name` USING latin1)) FROM"));
    EXPECT_TRUE(texts.spelling_matters());
    EXPECT_FALSE(texts.ranges_in_target());
    EXPECT_THROW(texts.erase_range({}), broken_invariant);
    const statements same_charset(by_bytes(text_column("name"), "latin1_general_cs"), false);
    EXPECT_THAT(same_charset.erase({{spelled(same_charset, "61")}}),
                EndsWith(" ON `s`.`_t_gho`.`name`=segue_keys.k0 COLLATE latin1_general_cs AND "
                         "CAST(`s`.`_t_gho`.`name` AS BINARY)=CAST(segue_keys.k0 AS BINARY)"));
}

TEST(statements, blanks_that_a_char_does_not_have_do_not_tell_keys_apart) {
    auto column = text_column("name");
    column.target_cuts_blanks = true;
    const statements texts(by_bytes(column, "latin1_general_cs"), false);
    EXPECT_THAT(
        texts.erase({{spelled(texts, "6120")}}),
        EndsWith(" ON `s`.`_t_gho`.`name`=RTRIM(segue_keys.k0) COLLATE latin1_general_cs AND "
                 "CAST(RTRIM(`s`.`_t_gho`.`name`) AS BINARY)=CAST(RTRIM(segue_keys.k0) AS "
                 "BINARY)"));
}

TEST(statements, a_bytewise_key_has_one_spelling) {
    auto column = text_column("name");
    column.collation = "utf8mb4_0900_bin";
    EXPECT_FALSE(statements(by_bytes(column, "utf8mb4_0900_ai_ci"), false).spelling_matters());
}

TEST(statements, a_value_of_another_type_in_the_target_is_printed_as_the_source_has_it) {
    const auto printed = [](schema::key_type type, unsigned length, unsigned scale) {
        auto column = signed_column("k");
        column.type = type;
        column.length = length;
        column.scale = scale;
        column.retyped = true;
        return keys::key_codec(primary_key({column})).printed_in_target(0, "k");
    };
    EXPECT_EQ(printed(schema::key_type::signed_integer, 0, 0), "k");
    EXPECT_EQ(printed(schema::key_type::decimal, 10, 2), "CAST(k AS DECIMAL(10,2))");
    EXPECT_EQ(printed(schema::key_type::datetime, 3, 0), "CAST(k AS DATETIME(3))");
    EXPECT_EQ(printed(schema::key_type::date, 0, 0), "CAST(k AS DATE)");
    EXPECT_EQ(printed(schema::key_type::time, 1, 0), "CAST(k AS TIME(1))");
    EXPECT_EQ(printed(schema::key_type::timestamp, 2, 0),
              "CAST(UNIX_TIMESTAMP(k) AS DECIMAL(20,2))");
    EXPECT_EQ(printed(schema::key_type::numbered, 2, 0), "k+0");
}

TEST(statements, a_range_of_an_enum_is_a_list_of_numbers) {
    const statements texts(carried({enum_column("e"), signed_column("id")}), false);
    const auto at = [&](const char* number) { return pair(texts, number, "7"); };
    EXPECT_THAT(texts.keys_in({.after = at("1"), .up_to = at("2")}, 1),
                HasSubstr("((`s`.`t`.`e` IN (2,3)) OR (`s`.`t`.`e`=1 AND `s`.`t`.`id`>7)) AND "
                          "((`s`.`t`.`e` IN (0,1)) OR (`s`.`t`.`e`=2 AND `s`.`t`.`id`<=7))"));
    EXPECT_THAT(texts.keys_in({.after = at("3"), .up_to = at("0")}, 1),
                HasSubstr("((FALSE) OR (`s`.`t`.`e`=3 AND `s`.`t`.`id`>7)) AND ((FALSE) OR "));
    EXPECT_THAT(conditions(texts.legs(at("1"))),
                ElementsAre("`s`.`t`.`e`=1 AND `s`.`t`.`id`>7", "`s`.`t`.`e`=2", "`s`.`t`.`e`=3"));
    EXPECT_THAT(texts.bound(texts.legs(at("1")).back(), std::nullopt, 1),
                HasSubstr("WHERE `s`.`t`.`e`=3 ORDER BY `s`.`t`.`id` LIMIT"));
    const statements alone(carried({enum_column("e")}), false);
    const std::array<db::value, 1> two = {"2"};
    EXPECT_THAT(alone.keys_in({.after = std::nullopt, .up_to = alone.codec().from_row(two)}, 1),
                HasSubstr("((`s`.`t`.`e` IN (0,1,2)))"));
}

TEST(statements, which_names_mean_one_row_the_server_says) {
    const statements texts(carried({text_column("name")}), false);
    const std::vector<keys::key_value> one = {spelled(texts, "61")};
    const std::vector<keys::key_value> other = {spelled(texts, "41")};
    EXPECT_EQ(texts.same_keys(one, other),
              "SELECT segue_asked.n, MIN(segue_keys.n) FROM (VALUES ROW(0,_latin1 X'61' COLLATE "
              "latin1_swedish_ci)) AS segue_asked(n,k0) JOIN (VALUES ROW(0,_latin1 X'41' COLLATE "
              "latin1_swedish_ci)) AS segue_keys(n,k0) ON segue_asked.k0=segue_keys.k0 GROUP BY "
              "segue_asked.n");
}

TEST(statements, names_are_quoted) {
    auto odd = carried({signed_column("i`d")});
    odd.source = {"my db", "t`"};
    EXPECT_THAT(statements(odd, true).copy({}),
                EndsWith("FROM `my db`.`t``` FORCE INDEX "
                         "(`PRIMARY`) WHERE TRUE FOR SHARE OF `t```"));
    EXPECT_THAT(statements(odd, false).last_key(), HasSubstr("`my db`.`t```.`i``d`"));
}

TEST(statements, a_batch_without_keys_is_refused) {
    EXPECT_THROW(single().carry_over({}), broken_invariant);
    EXPECT_THROW(single().erase({}), broken_invariant);
    EXPECT_THROW(single().which_are_gone({}), broken_invariant);
}

}  // namespace
}  // namespace segue::rows
