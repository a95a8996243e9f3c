// `segue views --drop` drops what was made, and nothing else.
#include "tests/integration/views/views_run.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class a_drop : public testing::Test {
  protected:
    void SetUp() override {
        run.session().execute("CREATE TABLE a (id INT PRIMARY KEY, n INT)");
        run.session().execute("CREATE TABLE b (id INT PRIMARY KEY)");
        run.session().execute("CREATE VIEW theirs AS SELECT id FROM a");
        before = run.everything();
        run.make(0, {"--map=a.old=n"});
    }
    void execute(const std::string& sql) {
        run.session().execute(fmt::format(fmt::runtime(sql), run.as()));
    }
    views_run run{shared_server({"--secure-file-priv="})};
    std::string before;
};

TEST_F(a_drop, leaves_all_as_it_was) {
    run.run(0, {"--view=beside", "--table=a", "--execute"});
    const auto made = run.everything();
    EXPECT_THAT(run.run(0, {"--as=" + run.as(), "--drop"}),
                AllOf(HasSubstr("`a`: dropped"), HasSubstr("the schema was made for them"),
                      HasSubstr("Nothing was changed")));
    EXPECT_EQ(run.everything(), made);
    run.drop(0);
    EXPECT_THAT(run.everything(), HasSubstr("beside VIEW"));
    EXPECT_THAT(run.run(0, {"--view=beside", "--drop", "--execute"}),
                HasSubstr("_segue_views`, in which nothing is left"));
    EXPECT_EQ(run.everything(), before);
    EXPECT_THAT(run.drop(0), HasSubstr("nothing to drop"));
}

TEST_F(a_drop, keeps_a_view_that_somebody_has_changed_and_says_so) {
    execute("ALTER VIEW {0}.a AS SELECT id FROM " + run.schema() + ".a");
    EXPECT_THAT(run.make(1, {"--map=a.old=n"}), HasSubstr("was changed since Segue made it"));
    EXPECT_THAT(run.drop(1), AllOf(HasSubstr("was changed since Segue made it, and stays"),
                                   HasSubstr("dropped the view `" + run.as() + "`.`b`"),
                                   HasSubstr("the schema `" + run.as() + "` stays")));
    EXPECT_EQ(run.value("SELECT GROUP_CONCAT(TABLE_NAME) FROM information_schema.TABLES WHERE "
                        "TABLE_SCHEMA='" +
                        run.as() + "'"),
              "a");
    execute("DROP VIEW {}.a");
    run.drop(0);
    EXPECT_EQ(run.everything(), before);
}

TEST_F(a_drop, keeps_a_view_with_other_rights) {
    execute("ALTER SQL SECURITY DEFINER VIEW {0}.b AS SELECT id AS id FROM " + run.schema() + ".b");
    EXPECT_THAT(run.drop(1), HasSubstr("its SQL SECURITY was INVOKER, and is DEFINER"));
}

TEST_F(a_drop, keeps_the_schema_with_what_somebody_has_put_into_it) {
    execute("CREATE TABLE {}.precious (id INT)");
    EXPECT_THAT(run.drop(1), HasSubstr("precious` is in it"));
    execute("DROP TABLE {}.precious");
    execute("CREATE PROCEDURE {}.p() SELECT 1");
    EXPECT_THAT(run.drop(1), HasSubstr("the routine"));
    execute("DROP PROCEDURE {}.p");
    execute("CREATE EVENT {}.e ON SCHEDULE EVERY 1 DAY DO SELECT 1");
    EXPECT_THAT(run.drop(1), HasSubstr("the event"));
    execute("DROP EVENT {}.e");
    run.drop(0);
    EXPECT_EQ(run.everything(), before);
}

TEST_F(a_drop, forgets_what_somebody_has_dropped) {
    execute("DROP VIEW {}.a");
    run.drop(0);
    EXPECT_EQ(run.everything(), before);
    run.make(0);
    execute("DROP DATABASE {}");
    run.drop(0);
    EXPECT_EQ(run.everything(), before);
}

TEST_F(a_drop, drops_views_whose_table_is_gone) {
    execute("DROP TABLE b");
    EXPECT_THAT(run.make(0, {"--map=a.old=n"}), HasSubstr("that is not there any more"));
    run.drop(0);
    execute("CREATE TABLE b (id INT PRIMARY KEY)");
    EXPECT_EQ(run.everything(), before);
}

TEST_F(a_drop, drops_nothing_that_segue_has_not_made) {
    EXPECT_THAT(run.run(1, {"--view=theirs", "--drop", "--execute"}),
                HasSubstr("drops nothing that it has not made"));
    EXPECT_THAT(run.run(1, {"--as=mysql", "--drop", "--execute"}),
                HasSubstr("is a schema of the server's own"));
}

TEST_F(a_drop, that_is_killed_is_gone_on_with) {
    for (const auto* const point : {"views.dropped", "views.schema_dropped"}) {
        fault_points faults;
        faults.abort(point);
        run.drop(128 + SIGKILL, &faults);
        run.drop(0);
        EXPECT_EQ(run.everything(), before) << point;
        run.make(0);
    }
}

}  // namespace
}  // namespace segue::test
