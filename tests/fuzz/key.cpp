#include "src/base/error.hpp"
#include "src/keys/key_codec.hpp"
#include "src/keys/key_encoding.hpp"
#include "src/schema/row_key.hpp"
#include "tests/fuzz/target.hpp"

#include <array>

namespace segue::fuzz {
namespace {

using schema::key_column;
using schema::key_type;

const std::vector<key_column>& columns() {
    static const std::vector<key_column> all = [] {
        std::vector<key_column> made;
        const auto add = [&made](key_type type, unsigned length, unsigned scale = 0,
                                 const std::string& collation = {}) {
            const std::string name = "c" + std::to_string(made.size());
            made.push_back({.source = name,
                            .target = name,
                            .type = type,
                            .length = length,
                            .scale = scale,
                            .collation = collation,
                            .target_collation = collation});
        };
        add(key_type::signed_integer, 0);
        add(key_type::unsigned_integer, 0);
        add(key_type::bits, 13);
        add(key_type::year, 0);
        add(key_type::decimal, 10, 2);
        add(key_type::decimal, 65, 30);
        add(key_type::date, 0);
        add(key_type::datetime, 6);
        add(key_type::time, 3);
        add(key_type::timestamp, 0);
        add(key_type::fixed_bytes, 16);
        add(key_type::variable_bytes, 300);
        add(key_type::text, 20, 0, "utf8mb4_0900_ai_ci");
        add(key_type::text, 20, 0, "utf8mb4_0900_bin");
        add(key_type::text, 300, 0, "latin1_swedish_ci");
        add(key_type::numbered, 300);
        return made;
    }();
    return all;
}

keys::key_codec codec_of(std::size_t column, bool descending) {
    schema::row_key key{
        .source_index = "PRIMARY", .target_index = "PRIMARY", .columns = {columns()[column]}};
    key.columns.front().descending = descending;
    return keys::key_codec(key);
}

// A key that was made of a value can be said to the server, and shown.
void check_key(const keys::key_codec& codec, const keys::key_value& key) {
    const auto literals = codec.literals(key);
    must(literals.size() == codec.columns(), "each column of a key has a literal");
    must(literals.front().size() <= codec.literal_bytes_max(), "no literal is longer than said");
    must(!codec.describe(key).empty(), "a key is shown");
}

void from_image(const keys::key_codec& codec, std::span<const std::byte> bytes) {
    binlog::column_image image{};
    image.is = binlog::column_image::state::present;
    image.bytes = bytes;
    const keys::key_value key = codec.from_images(std::span(&image, 1));
    must(codec.from_images(std::span(&image, 1)) == key, "a row has one key");
    check_key(codec, key);
}

void from_text(const keys::key_codec& codec, const std::string& text) {
    const db::value value(text);
    check_key(codec, codec.from_row(std::span(&value, 1)));
}

// What stands in the state of a run, or came from there.
void from_bytes(const keys::key_codec& codec, const std::string& bytes) {
    must(keys::from_hex(keys::to_hex(bytes)) == bytes, "hexadecimal digits are the bytes");
    static_cast<void>(codec.literals({bytes}));
    static_cast<void>(codec.describe({bytes}));
}

}  // namespace

// A column, the form of its value, and the value.
void run_key(std::span<const std::byte> bytes) {
    const std::size_t column = taken_choice(bytes, columns().size());
    const std::size_t form = taken_choice(bytes, 6);
    const keys::key_codec codec = codec_of(column, form >= 3);
    try {
        switch (form % 3) {
            case 0:
                return from_image(codec, bytes);
            case 1:
                return from_text(codec, text_of(bytes));
            default:
                return from_bytes(codec, text_of(bytes));
        }
    } catch (const error&) {
    }
}

std::vector<input> key_seeds() {
    using namespace std::string_view_literals;
    constexpr std::array texts = {"-9223372036854775808"sv,
                                  "18446744073709551615"sv,
                                  "8191"sv,
                                  "2026"sv,
                                  "-12345678.90"sv,
                                  "1.5"sv,
                                  "2024-02-29"sv,
                                  "2024-02-29 23:59:59.500000"sv,
                                  "-838:59:59.000"sv,
                                  "1700000000"sv,
                                  "41424344"sv,
                                  "6162"sv,
                                  "61"sv,
                                  "C3A9"sv,
                                  "E9"sv,
                                  "299"sv};
    constexpr std::array lengths = {8U, 8U, 2U,  1U, 5U, 30U, 3U, 8U,
                                    5U, 4U, 16U, 2U, 2U, 2U,  2U, 2U};
    std::vector<input> all;
    for (std::size_t column = 0; column < columns().size(); ++column)
        for (const std::size_t form : {0U, 1U, 2U, 3U, 4U, 5U}) {
            input one = form % 3 == 1 ? inputs_of({texts[column]}).front()
                                      : input(lengths[column], std::byte{0x41});
            one.insert(one.begin(), {static_cast<std::byte>(column), static_cast<std::byte>(form)});
            all.push_back(std::move(one));
        }
    return all;
}

}  // namespace segue::fuzz
