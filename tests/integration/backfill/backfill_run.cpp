#include "tests/integration/backfill/backfill_run.hpp"

#include "tests/support/patience.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace segue::test {

backfill_run::backfill_run(const sandbox_server& server, std::vector<std::string> about)
    : server_(server),
      about_(std::move(about)),
      schema_(server),
      session_(server.over_tcp(), schema_.name()) {
    // What the server makes of the rows of a test is the test's business, and not the mode's.
    session_.execute("SET SESSION cte_max_recursion_depth=1000000");
}

application_session backfill_run::another() const {
    return application_session(server_.over_tcp(), schema());
}

std::vector<std::string> backfill_run::arguments(const std::vector<std::string>& words) const {
    std::vector<std::string> all{words.front(),
                                 "--host=" + server_.host(),
                                 "--port=" + std::to_string(server_.port()),
                                 "--user=" + server_.user(),
                                 "--database=" + schema(),
                                 "--allow-on-master"};
    all.insert(all.end(), about_.begin(), about_.end());
    all.insert(all.end(), words.begin() + 1, words.end());
    return all;
}

std::unique_ptr<segue_process> backfill_run::start(const std::vector<std::string>& more,
                                                   const how& with) const {
    std::vector<std::string> words{with.command};
    if (with.execute) words.emplace_back("--execute");
    words.insert(words.end(), more.begin(), more.end());
    return std::make_unique<segue_process>(
        with.faults == nullptr ? segue_build::released : segue_build::faulty, arguments(words),
        segue_variables(server_,
                        with.faults == nullptr ? environment() : with.faults->variables()));
}

std::string backfill_run::run(int exit_code, const std::vector<std::string>& more,
                              const how& with) const {
    const auto process = start(more, with);
    EXPECT_EQ(process->wait(3 * patience), exit_code) << process->out() << process->err();
    return process->out() + process->err();
}

std::string backfill_run::other(int exit_code, const std::vector<std::string>& words) const {
    segue_process process(segue_build::released, arguments(words), segue_variables(server_));
    EXPECT_EQ(process.wait(3 * patience), exit_code) << process.out() << process.err();
    return process.out() + process.err();
}

void backfill_run::fill(const std::string& columns, const std::string& expressions, unsigned rows) {
    session_.execute("INSERT INTO t (id," + columns +
                     ") WITH RECURSIVE n AS (SELECT 1 AS i UNION "
                     "ALL SELECT i + 1 FROM n WHERE i < " +
                     std::to_string(rows) + ") SELECT i," + expressions + " FROM n");
}

std::string backfill_run::tables() {
    return value(
        "SELECT GROUP_CONCAT(TABLE_NAME ORDER BY TABLE_NAME) FROM information_schema.TABLES "
        "WHERE TABLE_SCHEMA=DATABASE()");
}

std::string backfill_run::value(const std::string& query) {
    return session_.query_value(query).value_or("NULL");
}

}  // namespace segue::test
