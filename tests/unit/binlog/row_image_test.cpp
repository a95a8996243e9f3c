#include "binlog/row_image.hpp"

#include "src/base/error.hpp"
#include "tests/unit/binlog/recorded.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace segue::binlog::test {
namespace {

/// Keeps the first row image of each kind, whole.
class first_rows final : public stream_handler {
  public:
    struct value {
        unsigned type = 0;
        unsigned metadata = 0;
        std::string text;
        bool operator==(const value&) const = default;
    };

    void on_begin(const std::optional<std::string>&) override {}
    void on_table(const table_shape&) override {}
    void on_row(const row_change& change) override {
        std::vector<value> row;
        for (const auto& image : change.after)
            row.push_back({image.type, image.metadata, text_of(image)});
        rows.push_back(std::move(row));
    }
    void on_statement(const statement&) override {}
    void on_end(ending) override {}
    void on_xa_commit(const std::string&) override {}
    void on_xa_rollback(const std::string&) override {}
    void on_boundary(const stream_position&) override {}
    void on_reconnect() override {}

    std::vector<std::vector<value>> rows;
};

std::ostream& operator<<(std::ostream& out, const first_rows::value& v) {
    return out << "type " << v.type << " metadata " << v.metadata << " " << v.text;
}

std::vector<std::vector<first_rows::value>> rows_of(const std::string& recording,
                                                    unsigned columns) {
    first_rows seen;
    std::vector<unsigned> wanted(columns);
    std::iota(wanted.begin(), wanted.end(), 0U);
    event_machine machine({{"shop", "t", wanted}}, gtid_set{}, seen);
    for (const bytes& event : recorded_events(recording)) machine.handle(event);
    return seen.rows;
}

std::string repeated(std::string_view hex, unsigned times) {
    std::string text;
    for (unsigned i = 0; i < times; ++i) text += hex;
    return text;
}

TEST(row_image, every_types_value_is_the_bytes_that_the_server_wrote) {
    const auto rows = rows_of("all_types", 36);
    ASSERT_GE(rows.size(), 2U);
    const std::vector<first_rows::value> expected = {
        {3, 0, "01000000"},                           // INT
        {1, 0, "ff"},                                 // TINYINT -1
        {2, 0, "feff"},                               // SMALLINT -2
        {9, 0, "fdffff"},                             // MEDIUMINT -3
        {8, 0, "ffffffffffffffff"},                   // BIGINT UNSIGNED
        {4, 4, "0000c03f"},                           // FLOAT 1.5
        {5, 8, "00000000000002c0"},                   // DOUBLE -2.25
        {246, 20 * 256 + 7, "84d221d950cb0074cbb1"},  // DECIMAL(20,7)
        {246, 9 * 256, "bb9ac9ff"},                   // DECIMAL(9,0)
        {16, 256 + 3, "0401"},                        // BIT(11)
        {16, 256, "ff"},                              // BIT(8)
        {13, 0, "7c"},                                // YEAR 2024
        {10, 0, "5dd00f"},                            // DATE
        {19, 0, "7fef7d"},                            // TIME -01:02:03
        {19, 3, "80108311d0"},                        // TIME(3)
        {18, 0, "99b2bac8b8"},                        // DATETIME
        {18, 6, "99b2bac8b80c0a14"},                  // DATETIME(6)
        {17, 0, "65e079f0"},                          // TIMESTAMP
        {17, 1, "65e079f046"},                        // TIMESTAMP(1)
        {254, 10, "63686172"},                        // CHAR(10) latin1
        {254, 1020, repeated("c3a4", 200)},           // CHAR(255) utf8mb4
        {254, 16, "00112233445566778899aabbccdd"},    // BINARY(16): zero bytes at its end are off
        {15, 20, "76617263686172"},                   // VARCHAR(20) latin1
        {15, 1200, repeated("76", 260)},              // VARCHAR(300) utf8mb4
        {15, 70, "00ff"},                             // VARBINARY(70)
        {247, 1, "03"},                               // ENUM 'c'
        {248, 1, "05"},                               // SET 'x,z'
        {252, 1, "74696e79"},                         // TINYTEXT
        {252, 2, "74657874"},                         // TEXT
        {252, 3, "010203"},                           // MEDIUMBLOB
        {252, 4, "6c6f6e67"},                         // LONGTEXT
        {245, 4, "00010019000b000100020c006103000d00050100050200050300"},  // JSON
        {255, 4, "000000000101000000000000000000f03f0000000000000040"},    // POINT
        {255, 4,
         "0000000001020000000200000000000000000000000000000000000000000000000000f03f000000000000f03"
         "f"},
        {242, 4, "0000803f0000004000004040"},  // VECTOR(3)
        {3, 0, "4d000000"}};                   // behind all of them
    ASSERT_EQ(rows[0].size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(rows[0][i], expected[i]) << i;
}

TEST(row_image, nulls_have_no_bytes) {
    const auto rows = rows_of("all_types", 36);
    EXPECT_EQ(rows[1][0].text, "02000000");
    for (std::size_t i = 1; i < 35; ++i) EXPECT_EQ(rows[1][i].text, "NULL") << i;
    EXPECT_EQ(rows[1][35].text, "4e000000");
}

TEST(row_image, json_of_which_only_the_difference_is_logged_is_absent) {
    const auto rows = rows_of("partial_json", 4);
    ASSERT_GE(rows.size(), 5U);
    const auto texts = [&rows](std::size_t row) {
        std::vector<std::string> all;
        for (const auto& each : rows[row]) all.push_back(each.text);
        return all;
    };
    using list = std::vector<std::string>;
    EXPECT_EQ(texts(0), (list{"01000000", "absent", "absent", "05000000"}));
    // The server does not shorten b = JSON_SET(b, '$[0]', 9): the whole is no longer.
    EXPECT_EQ(texts(1), (list{"01000000", "absent", "0203000d00050900050200050300", "06000000"}));
    EXPECT_EQ(texts(2), (list{"01000000", "0000000400", "absent", "07000000"}));
    EXPECT_EQ(texts(3), (list{"02000000", "absent", "NULL", "07000000"}));
}

TEST(row_image, columns_beyond_the_table_are_absent) {
    for (const auto& row : rows_of("partial_json", 6))
        for (std::size_t i = 4; i < row.size(); ++i) EXPECT_EQ(row[i].text, "absent");
}

// Metadata of one column, and an image of one row of it.
struct crafted {
    std::vector<std::uint8_t> types;
    std::string metadata;
};

row_layout layout_of(const crafted& from) {
    static bytes metadata;
    metadata = from_hex(from.metadata);
    table_map_event map;
    map.column_types = from.types;
    map.metadata = metadata;
    return row_layout(map, std::vector<unsigned>{0});
}

std::string value_of(const crafted& table, const std::string& row_hex) {
    const row_layout layout = layout_of(table);
    const bytes row = from_hex(row_hex);
    const bytes present(1, std::byte{0xff});
    wire::byte_reader in(row, "row");
    column_image image;
    layout.read_image(in, present, {&image, 1});
    EXPECT_TRUE(in.at_end());
    return text_of(image);
}

TEST(row_image, types_of_older_tables_have_their_lengths) {
    EXPECT_EQ(value_of({{7, 3}, ""}, "00 11223344 01000000"), "11223344");  // TIMESTAMP
    EXPECT_EQ(value_of({{12, 3}, ""}, "00 1122334455667788 01000000"), "1122334455667788");
    EXPECT_EQ(value_of({{11, 3}, ""}, "00 112233 01000000"), "112233");  // TIME
    EXPECT_EQ(value_of({{14, 3}, ""}, "00 112233 01000000"), "112233");  // NEWDATE
    EXPECT_EQ(value_of({{6, 3}, ""}, "00 01000000"), "''");              // NULL
}

TEST(row_image, arrays_of_any_element_stand_as_json) {
    EXPECT_EQ(value_of({{244, 3}, "0f 780000"}, "00 02000000 abcd 01000000"), "abcd");
    EXPECT_EQ(value_of({{244, 3}, "f6 0a02"}, "00 02000000 abcd 01000000"), "abcd");
    EXPECT_EQ(value_of({{244, 3}, "08"}, "00 02000000 abcd 01000000"), "abcd");
}

TEST(row_image, the_blob_family_has_as_many_length_bytes_as_its_metadata_say) {
    EXPECT_EQ(value_of({{249, 3}, "01"}, "00 01 ab 01000000"), "ab");
    EXPECT_EQ(value_of({{250, 3}, "03"}, "00 010000 ab 01000000"), "ab");
    EXPECT_EQ(value_of({{251, 3}, "04"}, "00 01000000 ab 01000000"), "ab");
}

TEST(row_image, metadata_that_cannot_be_are_errors) {
    EXPECT_THROW(layout_of({{252}, "00"}), error) << "a length in no bytes";
    EXPECT_THROW(layout_of({{252}, "05"}), error);
    EXPECT_THROW(layout_of({{246}, "0a0b"}), error) << "scale over precision";
    EXPECT_THROW(layout_of({{18}, "07"}), error) << "seven digits of a second";
    EXPECT_THROW(layout_of({{16}, "0801"}), error) << "eight further bits";
    EXPECT_THROW(layout_of({{254}, "0101"}), error) << "no type of STRING";
    EXPECT_THROW(layout_of({{244}, "f4f4f4"}), error) << "arrays of arrays";
    EXPECT_THROW(layout_of({{244}, "0f7800"}), error);
    EXPECT_THROW(layout_of({{15}, "01"}), error) << "cut off";
    EXPECT_THROW(layout_of({{3}, "01"}), error) << "left over";
    EXPECT_THROW(layout_of({{0}, "0000"}), error) << "DECIMAL before MySQL 5.0";
    EXPECT_THROW(layout_of({{253}, "0000"}), error) << "VAR_STRING, in no row image";
    EXPECT_THROW(layout_of({{243}, ""}), error);
}

TEST(row_image, a_length_beyond_the_row_is_an_error) {
    EXPECT_THROW(value_of({{251}, "04"}, "00 ffffffff ab"), error);
    EXPECT_THROW(value_of({{3}, ""}, "00 010000"), error);
    EXPECT_THROW(value_of({{3}, ""}, ""), error);
}

}  // namespace
}  // namespace segue::binlog::test
