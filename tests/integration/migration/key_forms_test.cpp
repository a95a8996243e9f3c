// docs/hazards.md, 8 and 9: a key value is one and the same whether it comes from the binary log or
// from a query, its literal names its row, and the bytes of ordered keys are in the server's order.
#include "binlog/stream.hpp"
#include "src/base/error.hpp"
#include "src/keys/key_codec.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/row_key.hpp"
#include "tests/integration/migration/key_values.hpp"
#include "tests/support/sandbox_server.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using namespace std::chrono_literals;
using test::sandbox_server;

constexpr auto patience = 60s;

const sandbox_server& server_of(const std::string& version) {
    if (version.empty()) return test::shared_server();
    static const sandbox_server older({.version = version});
    return older;
}

schema::projection as_it_is(const schema::table_definition& table, const schema::row_key& key) {
    const schema::source_of itself = [](std::string_view name) { return std::string(name); };
    return schema::make_projection(table, table, key, itself);
}

/// Decodes the rows of one table; ends when as many came as were told.
class image_recorder final : public binlog::stream_handler {
  public:
    image_recorder(const keys::key_codec& codec, std::size_t rows) : codec_(codec), rows_(rows) {}

    void on_begin(const std::optional<std::string>&) override {}
    void on_table(const binlog::table_shape&) override {}
    void on_row(const binlog::row_change& change) override {
        const std::lock_guard lock(mutex_);
        keys_.insert(codec_.from_images(change.after));
        if (++seen_ == rows_) changed_.notify_all();
    }
    void on_statement(const binlog::statement&) override {}
    void on_end(ending) override {}
    void on_xa_commit(const std::string&) override {}
    void on_xa_rollback(const std::string&) override {}
    void on_boundary(const binlog::stream_position&) override {}
    void on_reconnect() override {}

    void fail(const std::string& why) {
        const std::lock_guard lock(mutex_);
        failure_ = why;
        changed_.notify_all();
    }
    std::set<keys::key_value> wait() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, patience, [&] { return seen_ >= rows_ || !failure_.empty(); });
        EXPECT_EQ(failure_, "");
        EXPECT_EQ(seen_, rows_);
        return keys_;
    }

  private:
    const keys::key_codec& codec_;
    const std::size_t rows_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t seen_ = 0;            // guarded by mutex_
    std::set<keys::key_value> keys_;  // guarded by mutex_
    std::string failure_;             // guarded by mutex_
};

/// A table with one key of the column types given, and rows in it.
class key_forms : public testing::TestWithParam<std::tuple<std::string, test::key_values>> {
  protected:
    const sandbox_server& server = server_of(std::get<0>(GetParam()));
    const test::key_values& kind = std::get<1>(GetParam());
    const test::fresh_schema schema{server};
    const table_name table{schema.name(), "t"};
    db::session session = server.connect();
    schema::table_definition definition = make_table();
    const schema::row_key key = chosen_key();
    const rows::statements texts{as_it_is(definition, key), /*locking_reads=*/false};

    schema::table_definition make_table() {
        // Moments have one name in every zone of a fixed offset.
        session.execute("SET SESSION time_zone='+05:30'");
        std::string columns;
        for (std::size_t i = 0; i < kind.types.size(); ++i)
            columns += fmt::format("k{} {} NOT NULL, ", i, kind.types[i]);
        session.execute(
            fmt::format("CREATE TABLE {} ({}v INT NOT NULL DEFAULT 0, PRIMARY KEY ({}))",
                        table.quoted(), columns, kind.index()));
        return *schema::read_table(session, table);
    }
    schema::row_key chosen_key() {
        const auto choice = schema::choose_key(
            definition, definition, [](std::string_view name) { return std::string(name); },
            {.full_images = true, .unambiguous_times = true});
        if (!choice.chosen) throw error(choice.explanation);
        return *choice.chosen;
    }

    std::set<keys::key_value> insert_and_read_images() {
        const auto from =
            binlog::gtid_set::parse(*session.query_value("SELECT @@GLOBAL.gtid_executed"));
        std::string rows;
        for (const std::string& row : kind.rows(7)) rows += (rows.empty() ? "" : ",") + row;
        // Different literals may mean one value.
        session.execute(fmt::format("INSERT IGNORE INTO {} ({}) VALUES {}", table.quoted(),
                                    kind.names(), rows));
        const auto count = db::to_uint64(
            session.query_value("SELECT COUNT(*) FROM " + table.quoted()), "COUNT(*)");
        binlog::table_subscription wanted{
            .schema = table.schema, .table = table.name, .columns = {}};
        for (const auto& column : key.columns) wanted.columns.push_back(column.ordinal);
        image_recorder seen(texts.codec(), count);
        std::jthread reader([&](std::stop_token stop) {
            try {
                binlog::read_stream({.connection = server.over_tcp(),
                                     .subscriptions = {wanted},
                                     .server_id = 4711,
                                     .replica_uuid = "9ff3ba41-6b53-4f3c-8a53-4c6b1d2e0a01",
                                     .expected_server_uuid = {}},
                                    from, seen, stop);
            } catch (const std::exception& failed) {
                seen.fail(failed.what());
            }
        });
        return seen.wait();
    }

    std::vector<keys::key_value> read_in_order() {
        std::vector<keys::key_value> keys;
        for (const db::row& row : session.query(texts.keys_in({}, 1'000'000)))
            keys.push_back(texts.codec().from_row(row));
        return keys;
    }

    void expect_literals_name_their_rows(const std::vector<keys::key_value>& rows) {
        const auto answers = session.query(texts.which_are_gone(rows));
        EXPECT_EQ(answers.size(), rows.size());
        for (const db::row& answer : answers)
            EXPECT_EQ(answer[1], "0")
                << texts.codec().describe(rows.at(db::to_uint64(answer[0], "index")));
        for (std::size_t i = 0; i < rows.size(); i += 7) {
            const auto literals = texts.codec().literals(rows[i]);
            std::string condition;
            for (std::size_t column = 0; column < literals.size(); ++column)
                condition +=
                    fmt::format("{}k{}={}", column == 0 ? "" : " AND ", column, literals[column]);
            const auto found =
                session.query(fmt::format("SELECT {} FROM {} WHERE {}", kind.printed(texts.codec()),
                                          table.quoted(), condition));
            ASSERT_EQ(found.size(), 1U) << condition;
            EXPECT_EQ(texts.codec().from_row(found.front()), rows[i]) << condition;
            EXPECT_LE(literals.front().size(), texts.codec().literal_bytes_max());
        }
    }

    /// Bounds as the copy makes them: every row is in one range.
    void expect_ranges_end_at(const std::vector<keys::key_value>& rows) {
        std::vector<keys::key_value> in_ranges;
        const auto read = [&](const keys::key_range& range) {
            for (const db::row& row : session.query(texts.keys_in(range, 1'000'000)))
                in_ranges.push_back(texts.codec().from_row(row));
        };
        keys::key_range range;
        for (std::size_t i = 0; i < rows.size(); i += 40) {
            range.up_to = rows[i];
            read(range);
            range.after = range.up_to;
        }
        range.up_to.reset();
        read(range);
        EXPECT_EQ(in_ranges, rows);
    }
};

TEST_P(key_forms, name_one_row_and_sort_as_the_server_sorts) {
    const auto from_images = insert_and_read_images();
    const auto from_rows = read_in_order();
    ASSERT_GT(from_rows.size(), 1U);
    EXPECT_EQ(std::set<keys::key_value>(from_rows.begin(), from_rows.end()), from_images);
    EXPECT_EQ(from_images.size(), from_rows.size()) << "two rows have one key";
    EXPECT_EQ(key.ordered(), kind.ordered);
    expect_literals_name_their_rows(from_rows);
    expect_ranges_end_at(from_rows);
    if (!kind.ordered) return;  // there is nothing that the client may conclude
    for (std::size_t i = 1; i < from_rows.size(); ++i)
        EXPECT_LT(from_rows[i - 1], from_rows[i])
            << texts.codec().describe(from_rows[i - 1]) << " comes before "
            << texts.codec().describe(from_rows[i]);
}

std::string name_of(const testing::TestParamInfo<std::tuple<std::string, test::key_values>>& info) {
    const std::string version = std::get<0>(info.param).empty() ? "" : "_in_8_0";
    return std::get<1>(info.param).name + version;
}
INSTANTIATE_TEST_SUITE_P(of, key_forms,
                         testing::Combine(testing::Values(std::string(), std::string("8.0")),
                                          testing::ValuesIn(test::all_key_values())),
                         name_of);

}  // namespace
}  // namespace segue::migration
