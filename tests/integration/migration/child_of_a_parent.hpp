#pragma once

#include "src/base/error.hpp"
#include "tests/integration/migration/quiet_run.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {

inline constexpr int cannot_delete_parent = 1451;
inline constexpr int no_such_parent = 1452;

inline const sandbox_server* server_of(const std::string& version) {
    if (version.empty()) return &shared_server();
    if (why_not_to_be_had(version)) return nullptr;
    return &shared_server({}, version);
}

inline std::string definition_of(application_session& session, const table_name& table) {
    return session.query("SHOW CREATE TABLE " + table.quoted()).at(0).at(1).value();
}

inline std::string keys_of(application_session& session, const table_name& table) {
    return session
        .query_value(
            fmt::format("SELECT COALESCE(GROUP_CONCAT(constraint_name ORDER BY 1), '') FROM "
                        "information_schema.referential_constraints WHERE constraint_schema={} "
                        "AND table_name={}",
                        quoted_literal(table.schema), quoted_literal(table.name)))
        .value();
}

inline int failure_of(application_session& session, const std::string& statement) {
    try {
        session.execute(statement);
        return 0;
    } catch (const error& failed) {
        return static_cast<int>(failed.mysql_errno());
    }
}

/// Two tables, of which one has foreign keys to the other, and a run. On each server: "" is the
/// newest. Threads: the test's.
class child_of_a_parent : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        const sandbox_server* const server = server_of(GetParam());
        if (server == nullptr) GTEST_SKIP() << *why_not_to_be_had(GetParam());
        made_ = std::make_unique<quiet_run>(*server);
    }
    quiet_run& run() { return *made_; }
    application_session& session() { return made_->session(); }
    table_name own(const std::string& name) { return {run().schema(), name}; }

    void make() {
        session().execute("CREATE TABLE p (id INT PRIMARY KEY, a INT)");
        session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, p INT, q INT NOT NULL, CONSTRAINT named FOREIGN "
            "KEY (p) REFERENCES p (id), FOREIGN KEY (q) REFERENCES p (id))");
        session().execute("INSERT INTO p VALUES (1,1),(2,2),(3,3),(4,4),(5,5)");
        session().execute("INSERT INTO t VALUES (1,1,1),(2,NULL,2),(3,3,3)");
    }
    void expect_constrained() {
        EXPECT_EQ(keys_of(session(), run().table()), "named,t_ibfk_1");
        EXPECT_EQ(failure_of(session(), "INSERT INTO t (id,p,q) VALUES (999,99,1)"),
                  no_such_parent);
        EXPECT_EQ(failure_of(session(), "INSERT INTO t (id,p,q) VALUES (999,1,99)"),
                  no_such_parent);
        EXPECT_EQ(failure_of(session(), "DELETE FROM p WHERE id=3"), cannot_delete_parent);
    }
    // It is refused, as the old table is there.
    void expect_finished_by_the_next_run() {
        run().start("ADD COLUMN c INT");
        run().expect_failed({"had still to do about foreign keys was done: ALTER TABLE",
                             "an earlier migration kept it"});
        expect_constrained();
        expect_nothing_held();
        run().start("ADD COLUMN c INT");
        run().expect_failed({"an earlier migration kept it"});
        EXPECT_EQ(run().segue().err().find("had still to do"), std::string::npos)
            << run().segue().err();
    }
    // Rows of the old table hold no parent that the new one's do not.
    void expect_nothing_held() {
        EXPECT_EQ(keys_of(session(), run().tables().old), "");
        session().execute("DELETE FROM t WHERE p=3 OR q=3");
        EXPECT_EQ(session().execute("DELETE FROM p WHERE id=3"), 1U);
    }

  private:
    std::unique_ptr<quiet_run> made_;
};

inline const auto server_name = [](const auto& of) {
    return of.param.empty() ? std::string("newest") : "on_8_0";
};
inline const auto newest = testing::Values("");
inline const auto oldest = testing::Values("8.0");

}  // namespace segue::test
