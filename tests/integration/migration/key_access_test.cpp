// No statement on the original or the ghost table looks at more rows than it names: the server's
// own counters of what it read.
#include "src/base/error.hpp"
#include "src/preflight/key_check.hpp"
#include "src/rows/bound_finder.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/row_key.hpp"
#include "tests/integration/migration/key_values.hpp"
#include "tests/support/sandbox_server.hpp"

#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

constexpr std::uint64_t rows = 20'000;
constexpr std::uint64_t batch = 100;
// A few reads for each row of a batch; a scan would be all rows.
constexpr std::uint64_t reads_max = batch * 12;

struct table_kind {
    const char* name;
    std::vector<std::string> columns;
    std::vector<std::string> fill;        ///< Over n, from 0.
    std::vector<const char*> order = {};  ///< Of each column in the index.
    const char* alter = "";               ///< What makes the ghost another table.
};

const std::string hash = "LEFT(SHA2(n, 256), 32)";
const table_kind kinds[] = {{"integer", {"INT"}, {"n * 3"}},
                            {"any_case_text", {"VARCHAR(40) COLLATE utf8mb4_0900_ai_ci"}, {hash}},
                            {"enum_integer", {"ENUM('c','a','b')", "INT"}, {"n % 3 + 1", "n"}},
                            {"text_integer_text",
                             {"VARCHAR(20) COLLATE utf8mb4_0900_ai_ci", "INT", "VARBINARY(20)"},
                             {"'same'", "n % 2", "CONCAT('b', n)"}},
                            {"integer_text_up_and_down",
                             {"INT", "VARCHAR(40) COLLATE utf8mb4_0900_bin"},
                             {"n % 2", hash},
                             {"ASC", "DESC"}},
                            {"text_of_another_collation",
                             {"VARCHAR(40) CHARACTER SET latin1"},
                             {hash},
                             {},
                             "MODIFY k0 VARCHAR(40) COLLATE utf8mb4_0900_ai_ci NOT NULL"},
                            {"key_that_gains_a_column",
                             {"INT"},
                             {"n * 3"},
                             {},
                             "DROP PRIMARY KEY, ADD PRIMARY KEY (k0, v)"}};
const table_kind more_kinds[] = {
    {"decimal", {"DECIMAL(12,3)"}, {"n * 1.003 - 5000"}},
    {"datetime", {"DATETIME(3)"}, {"TIMESTAMP'2020-01-01 00:00:00' + INTERVAL n MINUTE"}},
    {"time", {"TIME(1)"}, {"SEC_TO_TIME((n - 10000) * 1.5)"}},
    {"bits", {"BIT(40)"}, {"n * 1001"}},
    {"timestamp", {"TIMESTAMP(3)"}, {"TIMESTAMP'2020-01-01 00:00:00' + INTERVAL n MINUTE"}},
    {"binary", {"BINARY(16)"}, {"UNHEX(" + hash + ")"}},
    {"bytewise_text", {"VARCHAR(40) COLLATE utf8mb4_0900_bin"}, {hash}},
    {"latin_text", {"CHAR(40) CHARACTER SET latin1"}, {hash}},
    {"utf16_text", {"VARCHAR(40) CHARACTER SET utf16"}, {hash}},
    {"set_integer", {"SET('c','a','b')", "INT"}, {"n % 8", "n"}},
    {"integer_integer", {"INT", "INT"}, {"n % 2", "n"}},
    {"year_date_integer",
     {"YEAR", "DATE", "SMALLINT UNSIGNED"},
     {"2000 + n % 2", "DATE'2020-01-01' + INTERVAL n % 5 DAY", "n"}},
    {"integer_down", {"INT"}, {"n * 3"}, {"DESC"}},
    {"any_case_text_down", {"VARCHAR(40) COLLATE utf8mb4_0900_ai_ci"}, {hash}, {"DESC"}},
    {"enum_integer_down_and_up", {"ENUM('c','a','b')", "INT"}, {"n % 3 + 1", "n"}, {"DESC", "ASC"}},
    {"text_that_gains_a_column",
     {"VARCHAR(40) COLLATE utf8mb4_0900_ai_ci"},
     {hash},
     {},
     "DROP PRIMARY KEY, ADD PRIMARY KEY (k0, v)"},
    {"key_that_loses_a_column",
     {"INT", "INT"},
     {"n", "n % 2"},
     {},
     "DROP PRIMARY KEY, ADD PRIMARY KEY (k0)"},
    {"key_in_another_order",
     {"INT", "INT"},
     {"n % 2", "n"},
     {},
     "DROP PRIMARY KEY, ADD PRIMARY KEY (k1, k0, v)"},
    {"types_that_change",
     {"INT", "DECIMAL(8,2)", "DATE", "DATETIME", "VARBINARY(20)", "ENUM('a','b')", "BIT(4)"},
     {"n", "n % 2", "DATE'2020-01-01'", "DATE'2020-01-01'", "'b'", "1 + n % 2", "1"},
     {},
     "MODIFY k0 BIGINT UNSIGNED NOT NULL, MODIFY k1 DECIMAL(12,4) NOT NULL, MODIFY k2 DATETIME NOT "
     "NULL, MODIFY k3 DATETIME(6) NOT NULL, MODIFY k4 VARBINARY(40) NOT NULL, MODIFY k5 "
     "ENUM('a','b','c') NOT NULL, MODIFY k6 BIT(9) NOT NULL"},
    {"six_columns",
     {"INT", "TINYINT", "BINARY(2)", "INT", "DECIMAL(5,1)", "BIGINT"},
     {"1", "n % 2", "'x'", "5", "n % 3", "n"}}};

class access_by_key : public testing::TestWithParam<table_kind> {
  protected:
    const test::sandbox_server& server = test::shared_server();
    const test::fresh_schema schema{server};
    const table_name source{schema.name(), "t"};
    const table_name ghost{schema.name(), "_t_gho"};
    db::session session = server.connect();

    access_by_key() {
        const auto& kind = GetParam();
        std::string columns;
        std::string key;
        std::string index;
        std::string values;
        for (std::size_t i = 0; i < kind.columns.size(); ++i) {
            columns += fmt::format("k{} {} NOT NULL, ", i, kind.columns[i]);
            key += fmt::format("{}k{}", i == 0 ? "" : ",", i);
            index += fmt::format("{}k{} {}", i == 0 ? "" : ",", i,
                                 kind.order.empty() ? "" : kind.order[i]);
            values += (i == 0 ? "" : ",") + kind.fill[i];
        }
        session.execute("SET SESSION time_zone='+00:00', cte_max_recursion_depth=100000");
        session.execute(
            fmt::format("CREATE TABLE {} ({}v INT NOT NULL DEFAULT 0, w INT, PRIMARY KEY ({}))",
                        source.quoted(), columns, index));
        session.execute(fmt::format(
            "INSERT INTO {} ({}) WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 "
            "FROM numbers WHERE n + 1 < {}) SELECT {} FROM numbers",
            source.quoted(), key, rows, values));
        session.execute(fmt::format("CREATE TABLE {} LIKE {}", ghost.quoted(), source.quoted()));
        if (*kind.alter != '\0')
            session.execute(fmt::format("ALTER TABLE {} {}", ghost.quoted(), kind.alter));
        session.execute(
            fmt::format("INSERT INTO {} SELECT * FROM {}", ghost.quoted(), source.quoted()));
        session.query(fmt::format("ANALYZE TABLE {}, {}", source.quoted(), ghost.quoted()));
    }

    rows::statements made_texts(bool with_unique) {
        // As it comes: an index on w, which the rows of the ghost do not collide by.
        if (with_unique) session.execute("ALTER TABLE " + ghost.quoted() + " ADD UNIQUE KEY (w)");
        const auto original = schema::read_table(session, source);
        const auto target = schema::read_table(session, ghost);
        const schema::source_of itself = [](std::string_view name) { return std::string(name); };
        const auto choice = schema::choose_key(*original, *target, itself,
                                               {.full_images = true, .unambiguous_times = true});
        if (!choice.chosen) throw error(choice.explanation);
        return {schema::make_projection(*original, *target, *choice.chosen, itself), false};
    }

    std::vector<keys::key_value> keys_of(const rows::statements& texts, const std::string& sql) {
        std::vector<keys::key_value> keys;
        for (const db::row& row : session.query(sql)) keys.push_back(texts.codec().from_row(row));
        return keys;
    }

    std::uint64_t rows_read() {
        // Those of the list of keys and of temporary tables as well.
        std::uint64_t sum = 0;
        for (const db::row& one : session.query(
                 "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM performance_schema.session_status "
                 "WHERE VARIABLE_NAME LIKE 'Handler_read%'"))
            sum += db::to_uint64(one[1], "a counter");
        return sum;
    }

    /// The statement, rolled back; how many rows it looked at.
    void expect_few_reads(const std::string& what, const std::string& sql) {
        session.execute("START TRANSACTION");
        session.execute("FLUSH STATUS");
        const bool reads = sql.starts_with("SELECT");
        if (reads)
            session.query(sql);
        else
            session.execute(sql);
        EXPECT_LE(rows_read(), reads_max) << what << ": " << sql.substr(0, 600);
        session.execute("ROLLBACK");
    }
};

TEST_P(access_by_key, looks_at_no_more_rows_than_it_names) {
    for (const bool with_unique : {false, true}) {
        const rows::statements texts = made_texts(with_unique);
        const auto end = keys_of(texts, texts.last_key()).front();
        // From the first, the middle and the end of the index.
        const auto quarter = rows::find_bound(session, texts, {}, rows / 4);
        const auto near_end = rows::find_bound(session, texts, {}, rows - batch - 1);
        for (const keys::key_range& from :
             {keys::key_range{}, keys::key_range{.after = quarter, .up_to = std::nullopt},
              keys::key_range{.after = near_end, .up_to = std::nullopt}}) {
            session.execute("FLUSH STATUS");
            const keys::key_range chunk{
                .after = from.after,
                .up_to =
                    rows::find_bound(session, texts, {.after = from.after, .up_to = end}, batch)};
            EXPECT_LE(rows_read(), reads_max) << "bound";
            const auto keys = keys_of(texts, texts.keys_in(chunk, rows));
            ASSERT_EQ(keys.size(), batch);
            expect_few_reads("keys", texts.keys_in(chunk, rows));
            expect_few_reads("count", texts.count(chunk));
            if (texts.ranges_in_target())
                expect_few_reads("erase a range", texts.erase_range(chunk));
            expect_few_reads("what is in the target", texts.in_target(keys));
            expect_few_reads("how they are spelled", texts.spelled(keys));
            expect_few_reads("which are gone", texts.which_are_gone(keys));
            expect_few_reads("erase", texts.erase(keys));
            expect_few_reads("collisions of a range", texts.collisions_in(chunk));
            expect_few_reads("collisions of keys", texts.collisions_in(keys));
            if (texts.upserts()) expect_few_reads("carry over", texts.carry_over(keys));
            session.execute("START TRANSACTION");
            session.execute(texts.erase(keys));
            session.execute("FLUSH STATUS");
            EXPECT_EQ(session.execute(texts.copy(chunk)), batch);
            session.execute(texts.erase(keys));
            EXPECT_EQ(session.execute(texts.carry_over_plainly(keys)), batch);
            EXPECT_LE(rows_read(), reads_max) << "copy and carry over";
            session.execute("ROLLBACK");
        }
        expect_few_reads("the first key", texts.first_key());
        expect_few_reads("the last key", texts.last_key());
        session.execute("FLUSH STATUS");
        preflight::check_key_forms(session, texts);
        EXPECT_LE(rows_read(), reads_max);
    }
}

std::string name_of(const testing::TestParamInfo<table_kind>& info) {
    return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(of, access_by_key, testing::ValuesIn(kinds), name_of);
INSTANTIATE_TEST_SUITE_P(long_of, access_by_key, testing::ValuesIn(more_kinds), name_of);

}  // namespace
}  // namespace segue::migration
