// Row events that hold only what changed in a JSON column (binlog_row_value_options=PARTIAL_JSON):
// the columns of the key are found behind them, and before.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

struct partial_kind {
    const char* name;
    std::string image;
    bool compressed = false;
};

class partial_json : public testing::TestWithParam<partial_kind> {
  protected:
    /// The key's columns stand between and behind JSON columns.
    static live_options options() {
        live_options with{.rows = 1'000};
        with.spec.columns.insert(with.spec.columns.begin(), {"head", column_kind::json, true});
        with.spec.unique_column.clear();
        return with;
    }
    bool partial_events(application_session& session) {
        for (const row& log : session.query("SHOW BINARY LOGS"))
            for (const row& event : session.query(
                     fmt::format("SHOW BINLOG EVENTS IN {}", quoted_literal(log[0].value()))))
                if (event[2] == "Update_rows_partial") return true;
        return false;
    }
};

TEST_P(partial_json, of_columns_on_all_sides_of_the_key_is_followed) {
    live_run run(shared_server(), options());
    auto by = run.new_session();
    const std::string original = run.table().quoted();
    by.execute(
        fmt::format("ALTER TABLE {} MODIFY id BIGINT NOT NULL AFTER head, ADD COLUMN half INT "
                    "NOT NULL DEFAULT 1 AFTER doc, ADD COLUMN tail JSON, DROP PRIMARY KEY, "
                    "ADD PRIMARY KEY (half, id)",
                    original));
    const std::string long_text = std::string(300, 'x');
    const std::string document =
        fmt::format("JSON_OBJECT('a', '{0}', 'b', 1, 'c', '{0}')", long_text);
    by.execute(fmt::format("UPDATE {0} SET head={1}, doc={1}, tail={1}", original, document));
    by.execute("SET SESSION binlog_row_value_options='PARTIAL_JSON', binlog_row_image='" +
               GetParam().image + "'");
    if (GetParam().compressed) by.execute("SET SESSION binlog_transaction_compression=ON");
    fault_points faults;
    faults.pause("copier.chunk_read", {.first = 3});
    run.start({.build = segue_build::faulty, .faults = &faults, .postponed = true, .threads = 1});
    faults.wait_reached("copier.chunk_read");
    const auto change_all = [&](int times) {
        for (const std::string sql :
             {"UPDATE {0} SET head=JSON_SET(head, '$.b', {1}) WHERE id % 5 = 0",
              "UPDATE {0} SET tail=JSON_REPLACE(tail, '$.b', {1}), doc=JSON_REMOVE(doc, '$.c') "
              "WHERE id % 5 = 1",
              "UPDATE {0} SET head=JSON_SET(head, '$.b', {1}), half=half+1 WHERE id % 5 = 2",
              "UPDATE {0} SET doc=JSON_SET(doc, '$.b', {1}), id=id+1000000*{1}, tail=NULL WHERE "
              "id % 5 = 3 AND id < 1000000",
              "UPDATE {0} SET head=JSON_SET(head, '$.b', {1}), doc='null', tail=JSON_SET(tail, "
              "'$.b', 'y') WHERE id % 5 = 4"})
            by.execute(fmt::format(fmt::runtime(sql), original, times));
    };
    change_all(1);
    faults.go("copier.chunk_read");
    run.segue().wait_for_output("phase: postponed");
    change_all(2);
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
    EXPECT_TRUE(GetParam().compressed || partial_events(by)) << "nothing was logged in part";
}

const partial_kind kinds[] = {{.name = "full", .image = "FULL"},
                              {.name = "minimal", .image = "MINIMAL"},
                              {.name = "noblob_compressed", .image = "NOBLOB", .compressed = true}};
INSTANTIATE_TEST_SUITE_P(of, partial_json, testing::ValuesIn(kinds),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace segue::test
