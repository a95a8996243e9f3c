#include "tests/integration/views/views_run.hpp"

#include "tests/support/patience.hpp"

#include <utility>

namespace segue::test {

views_run::views_run(const sandbox_server& server)
    : server_(server), schema_(server), session_(server.over_tcp(), schema_.name()) {}

views_run::~views_run() {
    try {
        server_.root().execute("DROP DATABASE IF EXISTS " + as());
    } catch (...) {
        // The server goes with the test.
    }
}

std::string views_run::run(int exit_code, const std::vector<std::string>& more,
                           const fault_points* faults) const {
    std::vector<std::string> words{"views"};
    words.insert(words.end(), more.begin(), more.end());
    return other(exit_code, std::move(words), faults);
}

std::string views_run::other(int exit_code, std::vector<std::string> words,
                             const fault_points* faults) const {
    std::vector<std::string> arguments{words.front(), "--host=" + server_.host(),
                                       "--port=" + std::to_string(server_.port()),
                                       "--user=" + server_.user(), "--database=" + schema()};
    arguments.insert(arguments.end(), words.begin() + 1, words.end());
    segue_process process(
        faults == nullptr ? segue_build::released : segue_build::faulty, arguments,
        segue_variables(server_, faults == nullptr ? environment() : faults->variables()));
    EXPECT_EQ(process.wait(3 * patience), exit_code) << process.out() << process.err();
    return process.out() + process.err();
}

std::string views_run::make(int exit_code, std::vector<std::string> more,
                            const fault_points* faults) const {
    more.insert(more.begin(), {"--as=" + as(), "--execute"});
    return run(exit_code, more, faults);
}

std::string views_run::drop(int exit_code, const fault_points* faults) const {
    return run(exit_code, {"--as=" + as(), "--drop", "--execute"}, faults);
}

std::string views_run::everything() {
    auto root = server_.root();
    root.execute("SET SESSION group_concat_max_len=1000000");
    return root
        .query_value(
            "SELECT CONCAT_WS('|', GROUP_CONCAT(CONCAT_WS(' ', t.TABLE_SCHEMA, "
            "t.TABLE_NAME, t.TABLE_TYPE, v.VIEW_DEFINITION) ORDER BY t.TABLE_SCHEMA, "
            "t.TABLE_NAME), (SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE "
            "SCHEMA_NAME='" +
            as() +
            "')) FROM information_schema.TABLES t LEFT JOIN information_schema.VIEWS v ON "
            "v.TABLE_SCHEMA=t.TABLE_SCHEMA AND v.TABLE_NAME=t.TABLE_NAME WHERE "
            "t.TABLE_SCHEMA IN ('" +
            schema() + "','" + as() + "')")
        .value_or("");
}

std::string views_run::value(const std::string& query) {
    return session_.query_value(query).value_or("NULL");
}

void with_views::SetUp() {
    if (const auto why = why_not_to_be_had(GetParam()); !GetParam().empty() && why)
        GTEST_SKIP() << *why;
    run_.emplace(shared_server({"--secure-file-priv="}, GetParam()));
}

}  // namespace segue::test
