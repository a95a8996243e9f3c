// What a run shows on a terminal, and where there is none.
#include "src/base/table_name.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr terminal_size narrow{.columns = 70, .rows = 24};
constexpr terminal_size wide{.columns = 110, .rows = 24};
constexpr std::string_view erase = "\x1b[K";

/// What stands on a terminal after all of `bytes`, as if its rows were endless.
std::vector<std::string> rows_after(std::string_view bytes) {
    std::vector<std::string> rows{""};
    std::size_t column = 0;
    while (!bytes.empty()) {
        const char c = bytes.front();
        if (c == '\x1b') {
            const auto end = bytes.find_first_of("mK");
            if (bytes.substr(0, end + 1) == erase) rows.back().resize(column);
            bytes.remove_prefix(end + 1);
            continue;
        }
        bytes.remove_prefix(1);
        if (c == '\r') {
            column = 0;
        } else if (c == '\n') {
            rows.emplace_back();
        } else {
            rows.back().resize(std::max(rows.back().size(), column + 1), ' ');
            rows.back()[column++] = c;
        }
    }
    return rows;
}

/// Everything that was ever drawn over: each text between "erase" and the next "\r".
std::vector<std::string> drawn_rows(const std::string& bytes) {
    std::vector<std::string> drawn;
    for (auto at = bytes.find(erase); at != std::string::npos; at = bytes.find(erase, at + 1)) {
        const auto from = at + erase.size();
        const auto end = bytes.find('\r', from);
        if (end == std::string::npos || bytes[end + 1] == '\n') continue;  // a line that stays
        const auto row = rows_after(std::string_view(bytes).substr(from, end - from)).back();
        if (!row.empty()) drawn.push_back(row);
    }
    return drawn;
}

class a_terminal : public testing::Test {
  protected:
    a_terminal() {
        application_session session(server.over_tcp(), schema.name());
        session.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        session.execute(
            "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
            "i<1000) SELECT i, 0 FROM n");
        std::ofstream(flag).flush();
    }
    ~a_terminal() override { std::filesystem::remove(flag); }

    segue_process start(std::optional<terminal_size> terminal, environment more) {
        more.emplace("TERM", "xterm");
        return segue_process(segue_build::released,
                             segue_arguments(server, {schema.name(), "t"}, "ADD COLUMN b INT",
                                             {"--debug", "--throttle-flag-file=" + flag}),
                             segue_variables(server, more), terminal);
    }
    void let_copy() const { std::filesystem::remove(flag); }

    const sandbox_server& server = shared_server();
    const fresh_schema schema{server};
    const std::string flag = (std::filesystem::temp_directory_path() /
                              fmt::format("segue-terminal-{}-{}", ::getpid(), schema.name()))
                                 .string();
};

constexpr std::chrono::seconds limit{120};

TEST_F(a_terminal, shows_a_bar_in_one_row_that_leaves_every_log_line_whole) {
    auto segue = start(wide, {{"NO_COLOR", ""}});
    segue.wait_for_output("throttled, flag-file", limit);
    let_copy();
    ASSERT_EQ(segue.wait(limit), 0) << segue.out();
    const auto bytes = segue.out();

    const auto drawn = drawn_rows(bytes);
    ASSERT_FALSE(drawn.empty()) << bytes;
    const std::regex bar("(copy|verify|postponed|cut-over|done) (\\[=*>? *\\] )?[0-9.]+%.*");
    for (const auto& row : drawn) {
        EXPECT_TRUE(std::regex_match(row, bar)) << row;
        EXPECT_LT(row.size(), wide.columns) << row;
    }
    EXPECT_NE(bytes.find("\x1b[32m"), std::string::npos);

    const std::regex whole(
        "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d (DEBUG|INFO|WARNING|ERROR) .*|# .*|Copy: "
        ".*|`.*|");
    std::size_t phases = 0;
    std::size_t status_lines = 0;
    for (const auto& row : rows_after(bytes)) {
        EXPECT_TRUE(std::regex_match(row, whole)) << row;
        EXPECT_EQ(row.find("rows/s"), std::string::npos) << row;
        if (row.find(" INFO phase: ") != std::string::npos) ++phases;
        if (row.starts_with("Copy: ")) ++status_lines;
    }
    EXPECT_GE(phases, 3U) << bytes;
    EXPECT_EQ(status_lines, 1U) << bytes;
    EXPECT_NE(bytes.find("# Done\r\n"), std::string::npos);
}

TEST_F(a_terminal, has_no_colour_where_none_is_wanted) {
    auto segue = start(narrow, {{"NO_COLOR", "1"}});
    segue.wait_for_output("throttled, flag-file", limit);
    let_copy();
    ASSERT_EQ(segue.wait(limit), 0) << segue.out();
    EXPECT_FALSE(drawn_rows(segue.out()).empty());
    for (const auto& row : drawn_rows(segue.out())) EXPECT_LT(row.size(), narrow.columns) << row;
    EXPECT_EQ(segue.out().find("\x1b[3"), std::string::npos);
    EXPECT_EQ(segue.out().find("\x1b[0m"), std::string::npos);
}

TEST_F(a_terminal, that_cannot_draw_gets_status_lines) {
    auto segue = start(narrow, {{"TERM", "dumb"}});
    segue.wait_for_output("State: throttled, flag-file", limit);
    let_copy();
    ASSERT_EQ(segue.wait(limit), 0) << segue.out();
    EXPECT_EQ(segue.out().find('\x1b'), std::string::npos);
}

TEST_F(a_terminal, that_is_none_gets_status_lines_and_nothing_else) {
    auto segue = start(std::nullopt, {});
    segue.wait_for_output("State: throttled, flag-file", limit);
    let_copy();
    ASSERT_EQ(segue.wait(limit), 0) << segue.out();
    for (const auto& text : {segue.out(), segue.err()}) {
        EXPECT_EQ(text.find('\x1b'), std::string::npos);
        EXPECT_EQ(text.find('\r'), std::string::npos);
        EXPECT_EQ(text.find("rows/s"), std::string::npos);
    }
    EXPECT_NE(segue.out().find("Copy: 1000/1000 100.0%;"), std::string::npos) << segue.out();
}

}  // namespace
}  // namespace segue::test
