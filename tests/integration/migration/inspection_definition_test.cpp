// What CREATE TABLE ... LIKE does not carry over.
#include "tests/integration/migration/quiet_run.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

TEST(a_table_in_a_directory_of_its_own, is_refused_since_the_new_one_would_lie_elsewhere) {
    const auto directory =
        std::filesystem::temp_directory_path() / fmt::format("segue-data-directory-{}", ::getpid());
    std::filesystem::create_directory(directory);
    {
        const sandbox_server server({.mysqld = {"--innodb-directories=" + directory.string()}});
        quiet_run run(server);
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT) DATA DIRECTORY='" +
                              directory.string() + "'");
        run.session().execute("INSERT INTO t VALUES (1, 1)");
        run.start("ADD COLUMN b INT");
        run.expect_failed({"CREATE TABLE ... LIKE does not make a table of the same definition",
                           "DATA DIRECTORY='" + directory.string(), "plain ALTER TABLE"});
        EXPECT_EQ(run.everything(), "t:1");
    }
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace segue::test
