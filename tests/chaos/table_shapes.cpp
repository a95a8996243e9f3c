#include "tests/chaos/table_shapes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::chaos {
namespace {

using test::key_kind;

// What the writers do not know, so that an ALTER may do with it what it likes.
constexpr std::string_view unknown_to_writers =
    "spare INT NOT NULL DEFAULT 7, label VARCHAR(20) NOT NULL DEFAULT 'x', gone VARCHAR(30) NULL, "
    "props JSON NULL, KEY (spare)";
constexpr std::string_view fill_unknown =
    "UPDATE {} SET spare = quantity * 3 - 1000, label = CONCAT('l', quantity % 977), gone = title, "
    "props = JSON_OBJECT('n', quantity, 'list', JSON_ARRAY(1, 2, title))";

/// What an ALTER may do with the key of this kind, but nothing. The ledger knows keys by their
/// text, so the new type prints them as the old one does.
std::vector<std::string> changes_of_key(const plan& made) {
    const std::string gains = "DROP PRIMARY KEY, ADD PRIMARY KEY (id, quantity)";
    switch (made.table.key) {
        case key_kind::signed_integer:
            return {gains};
        case key_kind::narrow_integer:
            return {"MODIFY id BIGINT NOT NULL", gains};
        case key_kind::auto_increment:
            return {"MODIFY id INT UNSIGNED NOT NULL AUTO_INCREMENT"};
        case key_kind::composite:
            return {"DROP PRIMARY KEY, ADD PRIMARY KEY (id, shop, quantity)",
                    "DROP PRIMARY KEY, ADD PRIMARY KEY (id, shop)"};
        case key_kind::any_case_text:
            return {gains,
                    "MODIFY id VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT "
                    "NULL"};
        case key_kind::padded_latin_text:
            return {"MODIFY id CHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL"};
        case key_kind::bytewise_text:
            return {
                "MODIFY id VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci NOT "
                "NULL"};
        case key_kind::decimal:
            return {"MODIFY id DECIMAL(24,4) NOT NULL"};
        case key_kind::varbinary:
            return {"MODIFY id VARBINARY(40) NOT NULL"};
        default:
            return {};
    }
}

const std::vector<std::string>& changes_of_columns() {
    static const std::vector<std::string> these{
        "ADD COLUMN added INT NOT NULL DEFAULT 5",
        "ADD COLUMN in_front VARCHAR(10) NULL DEFAULT 'new' FIRST",
        "ADD COLUMN half DECIMAL(20,1) AS (quantity / 2) STORED",
        "ADD COLUMN upper_title VARCHAR(100) AS (UPPER(title)) VIRTUAL",
        "DROP COLUMN gone",
        "RENAME COLUMN label TO tag",
        "MODIFY spare BIGINT NOT NULL DEFAULT 8",
        "MODIFY quantity BIGINT NOT NULL",
        "MODIFY made DATETIME(6) NOT NULL",
        "MODIFY title VARCHAR(90) CHARACTER SET utf16 NOT NULL",
        "MODIFY amount DECIMAL(16,5) NULL",
        "MODIFY raw VARBINARY(80) NOT NULL",
        "MODIFY note MEDIUMTEXT NULL",
        "MODIFY doc JSON NULL FIRST",
        "ADD KEY by_title (title)",
        "ADD KEY by_quantity (quantity, made)",
        "ADD CHECK (quantity > -100000000)",
        "ALTER INDEX spare INVISIBLE",
        "ROW_FORMAT=COMPRESSED",
        "ROW_FORMAT=COMPACT",
        "COMMENT='changed'"};
    return these;
}

}  // namespace

void choose_table(plan& made, draw& random) {
    static const std::vector<key_kind> kinds{key_kind::signed_integer,
                                             key_kind::unsigned_integer,
                                             key_kind::auto_increment,
                                             key_kind::composite,
                                             key_kind::downwards_composite,
                                             key_kind::narrow_integer,
                                             key_kind::binary16,
                                             key_kind::varbinary,
                                             key_kind::bytewise_text,
                                             key_kind::any_case_text,
                                             key_kind::padded_latin_text,
                                             key_kind::any_case_composite,
                                             key_kind::enum_composite,
                                             key_kind::decimal,
                                             key_kind::datetime,
                                             key_kind::date_composite};
    made.table.key = random.one_of(kinds);
    made.table.more = unknown_to_writers;
    made.rows = random.one_of({1'000, 2'000, 4'000, 8'000, 12'000, 20'000});
    made.set_up.emplace_back(fill_unknown);
    if (random.in_percent(25)) made.table.unique_column.clear();
    if (random.in_percent(15)) made.table.table_options = "ROW_FORMAT=COMPACT";
}

void choose_alter(plan& made, draw& random) {
    std::vector<std::string> clauses;
    for (auto count = random.between(1, 5); count > 0; --count) {
        const auto& clause = random.one_of(changes_of_columns());
        const auto repeated = [&](const std::string& other) {
            return other.substr(0, other.find('=')) == clause.substr(0, clause.find('='));
        };
        if (std::ranges::none_of(clauses, repeated)) clauses.push_back(clause);
    }
    // The values are unique already, but move between rows all the time.
    if (!made.table.unique_column.empty() && random.in_percent(30)) {
        made.set_up.emplace_back(hide_unique_index);
        clauses.emplace_back("ADD UNIQUE KEY code_once (code)");
    }
    const auto of_key = changes_of_key(made);
    if (!of_key.empty() && random.in_percent(35)) clauses.push_back(random.one_of(of_key));
    made.alter = fmt::format("{}", fmt::join(clauses, ", "));
    // Not by some columns of the old key and others (docs/hazards.md, 57).
    const bool gains = clauses.back().ends_with("quantity)");
    if (made.table.unique_column.empty() && random.in_percent(15))
        made.alter += fmt::format(" PARTITION BY KEY ({}) PARTITIONS 3", gains ? "quantity" : "");
}

void choose_writers(plan& made, draw& random) {
    auto& with = made.writing;
    with.writers = static_cast<unsigned>(random.between(2, 5));
    with.rate_per_second = static_cast<double>(random.one_of({15, 30, 60, 100}));
    with.seed = random.next() | 1U;
    with.big_transaction_operations = random.one_of({10U, 30U, 300U});
    with.weights = random.one_of<test::operation_weights>(
        {{},
         {.insert = 25, .update = 30, .move = 20, .erase = 20, .swap = 15, .big = 5},
         {.insert = 5, .update = 10, .move = 40, .erase = 5, .swap = 5, .big = 15},
         {.insert = 10, .update = 20, .move = 5, .erase = 10, .swap = 50, .big = 10},
         {.insert = 35, .update = 5, .move = 5, .erase = 35, .swap = 5, .big = 5}});
    // What is changed in a second must be carried over in one, on a machine that others use as
    // well.
    if (with.big_transaction_operations > 100) {
        with.rate_per_second = 15;
        with.weights.big = 2;
    }
    if (random.in_percent(35)) with.xa_percent = random.one_of({20U, 60U, 100U});
    // Nobody shall wait long for an XA transaction that is to be rolled back.
    with.session_setup.emplace_back("SET SESSION innodb_lock_wait_timeout=10");
}

}  // namespace segue::chaos
