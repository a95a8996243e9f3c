// The lines of docs/from-gh-ost.md, read from there and run as a shell would.
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/oracle.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds limit{120};

std::string text_of_page() {
    std::ostringstream text;
    text << std::ifstream(SEGUE_FROM_GH_OST_PAGE).rdbuf();
    return text.str();
}

// What stands between ```sh and ```.
std::vector<std::string> lines_of_page() {
    constexpr std::string_view begin = "```sh\n";
    constexpr std::string_view end = "\n```";
    const std::string page = text_of_page();
    std::vector<std::string> lines;
    for (auto at = page.find(begin); at != page.npos; at = page.find(begin, at)) {
        at += begin.size();
        lines.push_back(page.substr(at, page.find(end, at) - at));
    }
    return lines;
}

bool has(const std::string& line, std::string_view part) {
    return line.find(part) != std::string::npos;
}

std::string alter_of(const std::string& line) {
    std::smatch found;
    const std::regex pattern(R"re(-alter[= ](?:"([^"]*)"|'([^']*)'))re");
    if (!std::regex_search(line, found, pattern)) return "";
    return found[1].matched ? found[1] : found[2];
}

class a_line_of_gh_osts_users : public testing::Test {
  protected:
    a_line_of_gh_osts_users() {
        fs::create_directories(folder);
        std::ofstream(folder / "client.cnf")
            << fmt::format("[client]\nuser={}\npassword={}\n", server.user(), server.password());
    }
    ~a_line_of_gh_osts_users() override { fs::remove_all(folder); }

    void make_table() {
        session.execute("DROP TABLE IF EXISTS orders, _orders_del");
        session.execute(
            "CREATE TABLE orders (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) "
            "CHARACTER SET latin1 NOT NULL, position INT NOT NULL)");
        session.execute(
            "INSERT INTO orders (name, position) VALUES ('a',1), ('b\u00e9',2), ('',3)");
    }
    std::string definition() { return session.query("SHOW CREATE TABLE orders")[0][1].value(); }

    environment variables() const {
        return {{"HOST", server.host()},
                {"PORT", std::to_string(server.port())},
                {"ACCOUNT", server.user()},
                {"PASSWORD", server.password()},
                {"SCHEMA", schema.name()},
                {"TABLE", "orders"},
                {"DIR", folder.string()},
                {"BIN", fs::path(segue_program(segue_build::released)).parent_path().string()}};
    }

    void run(const std::string& line) {
        const std::string port = has(line, "-port") ? "" : R"( --port="$PORT")";
        child_process segue("/bin/sh", {"-c", R"(PATH="$BIN:$PATH"; exec )" + line + port},
                            variables());
        if (has(line, "-postpone-cut-over-flag-file") && has(line, "-execute")) {
            segue.wait_for_output("State: postponing cut-over", limit);
            fs::remove(folder / "ghost.postpone.flag");
        }
        EXPECT_EQ(segue.wait(limit), 0) << segue.out() << segue.err();
    }

    void expect_as_native_alter(const std::string& alter) {
        const auto answer = compare_with_native_alter(server.over_tcp(),
                                                      {.table = {schema.name(), "orders"},
                                                       .old_table = {schema.name(), "_orders_del"},
                                                       .alter = alter,
                                                       .sql_mode = {}});
        EXPECT_TRUE(answer.equal()) << answer.text();
        EXPECT_EQ(answer.expected_rows, 3U);
    }

    const sandbox_server& server = shared_server();
    const fresh_schema schema{server};
    application_session session{server.over_tcp(), schema.name()};
    const fs::path folder =
        fs::temp_directory_path() / fmt::format("segue-from-gh-ost-{}", schema.name());
};

TEST_F(a_line_of_gh_osts_users, does_here_what_it_asks_for) {
    const auto lines = lines_of_page();
    ASSERT_EQ(lines.size(), 10U);
    for (const std::string& line : lines) {
        SCOPED_TRACE(line);
        ASSERT_TRUE(line.starts_with("segue "));
        const std::string alter = alter_of(line);
        ASSERT_NE(alter, "");
        make_table();
        const std::string before = definition();
        run(line);
        if (!has(line, "-execute")) {
            EXPECT_EQ(definition(), before);
        } else if (has(line, "-ok-to-drop-table")) {
            EXPECT_NE(definition(), before);
            EXPECT_TRUE(session.query("SHOW TABLES LIKE '\\_orders%'").empty());
        } else {
            expect_as_native_alter(alter);
        }
    }
}

}  // namespace
}  // namespace segue::test
