// docs/hazards.md, 7 to 11, 38 and 39: every kind of key under writers that change, delete and
// respell keys.
#include "tests/integration/migration/live_run.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

struct kind_of_key {
    const char* name;
    key_kind key;
    bool unique = false;  ///< A second unique index, so that flushes delete and then insert.
    const char* more_alter = "";
};

constexpr kind_of_key kinds[] = {
    {"binary16", key_kind::binary16},
    {"any_case_text", key_kind::any_case_text},
    {"padded_latin_text_and_unique", key_kind::padded_latin_text, true},
    {"downwards_composite", key_kind::downwards_composite},
    {"narrow_integer_widened", key_kind::narrow_integer, true, ", MODIFY id BIGINT NOT NULL"},
    {"any_case_text_of_another_collation", key_kind::any_case_text, true,
     ", MODIFY id VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL"},
    {"integer_and_a_column_more", key_kind::signed_integer, true,
     ", DROP PRIMARY KEY, ADD PRIMARY KEY (id, quantity)"}};
// The ledger knows keys by their text, so the new type prints them as the old one does.
constexpr kind_of_key more_kinds[] = {
    {"padded_latin_text_of_another_character_set", key_kind::padded_latin_text, true,
     ", MODIFY id CHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL"},
    {"bytewise_text_of_another_collation", key_kind::bytewise_text, true,
     ", MODIFY id VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci NOT NULL"},
    {"any_case_text_and_a_column_more", key_kind::any_case_text, true,
     ", DROP PRIMARY KEY, ADD PRIMARY KEY (id, quantity)"},
    {"composite_in_another_order_and_a_column_more", key_kind::composite, false,
     ", DROP PRIMARY KEY, ADD PRIMARY KEY (id, shop, quantity)"},
    {"narrow_integer_without_a_sign", key_kind::auto_increment, true,
     ", MODIFY id INT UNSIGNED NOT NULL AUTO_INCREMENT"},
    {"decimal_of_more_digits", key_kind::decimal, false, ", MODIFY id DECIMAL(24,4) NOT NULL"},
    {"any_case_text_and_unique", key_kind::any_case_text, true},
    {"binary16_and_unique", key_kind::binary16, true},
    {"varbinary", key_kind::varbinary},
    {"varbinary_and_unique", key_kind::varbinary, true},
    {"bytewise_text", key_kind::bytewise_text},
    {"bytewise_text_and_unique", key_kind::bytewise_text, true},
    {"padded_latin_text", key_kind::padded_latin_text},
    {"any_case_composite", key_kind::any_case_composite},
    {"any_case_composite_and_unique", key_kind::any_case_composite, true},
    {"enum_composite", key_kind::enum_composite},
    {"enum_composite_and_unique", key_kind::enum_composite, true},
    {"decimal", key_kind::decimal},
    {"decimal_and_unique", key_kind::decimal, true},
    {"datetime", key_kind::datetime},
    {"datetime_and_unique", key_kind::datetime, true},
    {"date_composite", key_kind::date_composite},
    {"date_composite_and_unique", key_kind::date_composite, true}};

class a_key : public testing::TestWithParam<kind_of_key> {
  protected:
    static live_options options() {
        live_options with;
        with.spec.key = GetParam().key;
        if (!GetParam().unique) with.spec.unique_column.clear();
        with.rows = 10'000;
        with.writing.weights = {
            .insert = 25, .update = 30, .move = 20, .erase = 20, .swap = 15, .big = 5};
        // Where copying and flushing take turns, and unique values move all the time, a machine
        // that is busy with other tests as well may not keep up with more.
        with.writing.rate_per_second = 30;
        with.alter += GetParam().more_alter;
        return with;
    }
};

TEST_P(a_key, loses_nothing_when_names_are_swapped_under_writers) {
    live_run run(shared_server(), options());
    run.writers().start();
    run.writers().wait_for_transactions(50);
    fault_points faults;
    run.hold_copy(faults);
    run.start({.build = segue_build::faulty, .faults = &faults});
    run.let_copy_go_on(faults, 100);
    run.expect_swapped();
    run.writers().wait_for_transactions(50);
    run.expect_nothing_lost();
}

TEST_P(a_key, leaves_a_table_as_the_native_alter_makes_it) {
    live_run run(shared_server(), options());
    run.writers().start();
    run.migrate_while_writers_pause(300);
}

std::string name_of(const testing::TestParamInfo<kind_of_key>& info) {
    return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(of, a_key, testing::ValuesIn(kinds), name_of);
INSTANTIATE_TEST_SUITE_P(long_of, a_key, testing::ValuesIn(more_kinds), name_of);

}  // namespace
}  // namespace segue::test
