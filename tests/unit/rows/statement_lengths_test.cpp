// docs/hazards.md, 18: no statement is longer than a packet, however long the keys are.
#include "src/rows/statements.hpp"
#include "tests/unit/keys/keys.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::rows {
namespace {

using keys::primary_key;
using keys::signed_column;

struct kind_of_key {
    const char* name;
    std::vector<schema::key_column> columns;
    std::vector<db::value> longest;  ///< As a query prints it.
    unsigned other_columns = 1;
    friend std::ostream& operator<<(std::ostream& to, const kind_of_key& one) {
        return to << one.name;
    }
};

schema::key_column column(schema::key_type type, unsigned length,
                          const std::string& collation = {}) {
    const std::string name(64, '`');  // 128 characters when it is quoted
    return {.source = name, .target = name, .type = type, .length = length, .collation = collation};
}

std::string hex_of(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += "C3";
    return text;
}

const schema::key_column integer = column(schema::key_type::signed_integer, 0);
const schema::key_column text = column(schema::key_type::text, 250, "utf8mb4_vi_0900_as_cs");
const schema::key_column converted = [] {
    auto made = text;
    made.by_bytes = made.retyped = made.target_cuts_blanks = true;
    made.target_collation = "utf16le_general_ci";
    return made;
}();
const schema::key_column numbered = column(schema::key_type::numbered, 4'095);

const kind_of_key kinds[] = {
    {"integer", {integer}, {"-9223372036854775808"}},
    {"integer_of_a_wide_table", {integer}, {"-9223372036854775808"}, 1'000},
    {"bytes", {column(schema::key_type::variable_bytes, 3'072)}, {hex_of(3'072)}},
    {"text", {text}, {hex_of(1'000)}},
    {"three_texts", {text, text, text}, {hex_of(1'000), hex_of(1'000), hex_of(1'000)}},
    {"texts_of_another_collation",
     {converted, converted, converted},
     {hex_of(1'000), hex_of(1'000), hex_of(1'000)}},
    {"enums", {numbered, numbered, integer}, {"2047", "2047", "-9223372036854775808"}},
    {"sixteen_integers", std::vector<schema::key_column>(16, integer),
     std::vector<db::value>(16, "-9223372036854775808")},
};

class statement_lengths : public testing::TestWithParam<kind_of_key> {
  protected:
    static statements made(std::size_t packet_bytes_max) {
        schema::projection all;
        all.source = {std::string(64, '`'), std::string(64, '`')};
        all.target = all.source;
        all.key = primary_key(GetParam().columns);
        all.key.source_index = std::string(64, '`');
        all.key.target_index = all.key.source_index;
        for (unsigned i = 0; i < GetParam().other_columns; ++i)
            all.columns.push_back({.target = std::string(64, '`'),
                                   .expression = std::string(3 * 130, '`'),
                                   .source = {}});
        all.key.same_in_target = !all.key.by_bytes();
        all.upserts = all.key.same_in_target;
        return {all, /*locking_reads=*/true, packet_bytes_max};
    }
    static std::vector<keys::key_value> longest(const statements& texts, std::size_t count) {
        return std::vector<keys::key_value>(count, texts.codec().from_row(GetParam().longest));
    }
};

TEST_P(statement_lengths, are_within_the_packet_from_the_least_on_that_is_allowed) {
    const std::size_t least = made(0).packet_bytes_needed();
    for (const std::size_t packet : {least, 2 * least, 4 * least, std::size_t{64} << 20U}) {
        SCOPED_TRACE(packet);
        const statements texts = made(packet);
        const auto batch = longest(texts, texts.keys_max());
        // A conflict's: a batch, the holders of about as many, and the newcomers.
        const std::size_t holders = std::max<std::size_t>(1, batch.size() / 2);
        const auto together = longest(texts, batch.size() + 2 * holders);
        const auto asked = longest(texts, 2 * batch.size());
        const keys::key_range range{.after = batch.front(), .up_to = batch.front()};
        for (const std::string& one :
             {texts.which_are_gone(batch), texts.carry_over(batch), texts.erase(together),
              texts.collisions_in(together), texts.same_keys(asked, together), texts.copy(range),
              texts.collisions_in(range), texts.keys_in(range, 1), texts.in_target(batch),
              texts.spelled(together), texts.count(range),
              texts.bound(texts.legs(range.after).front(), range.up_to, 1'000'000)})
            EXPECT_LE(one.size(), packet) << one.substr(0, 200);
        if (texts.ranges_in_target()) {
            EXPECT_LE(texts.erase_range(range).size(), packet);
        }
    }
}

TEST_P(statement_lengths, of_a_batch_are_bounded_on_a_server_that_takes_any_length) {
    const statements texts = made(std::size_t{1} << 30U);
    EXPECT_LE(texts.erase(longest(texts, texts.keys_max())).size(),
              (std::size_t{1} << 20U) + 10'000);
}

TEST(statements_of_short_keys, name_many_on_a_server_with_the_usual_packets) {
    schema::projection all;
    all.key = primary_key({signed_column("id")});
    EXPECT_GE(statements(all, false).keys_max(), 1'000U);
    EXPECT_GE(statements(all, false, std::size_t{1} << 20U).keys_max(), 1'000U);
}

INSTANTIATE_TEST_SUITE_P(of_keys, statement_lengths, testing::ValuesIn(kinds),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace segue::rows
