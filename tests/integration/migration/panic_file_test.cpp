// --panic-flag-file ends a run as the command panic does.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* add_b = "ADD COLUMN b INT";

class a_panic_flag_file : public testing::Test {
  protected:
    a_panic_flag_file() {
        file = folder.path() / "panic";
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1,1), (2,2), (3,3)");
    }

    void start(bool postponed) {
        run.start(add_b, {.postponed = postponed, .more = {"--panic-flag-file=" + file}});
    }
    void make() const { std::ofstream(file).put('\n'); }
    std::string words() const { return "the panic flag file " + file + " is there"; }

    quiet_run run{shared_server()};
    const temporary_folder folder;
    std::string file;
};

TEST_F(a_panic_flag_file, ends_a_postponed_run_which_tells_what_it_leaves) {
    start(/*postponed=*/true);
    run.segue().wait_for_output("State: postponing cut-over");
    run.segue().wait_for_output("# panic-flag-file: " + file);
    make();
    run.expect_failed({"FATAL " + words(), "The original table is untouched.",
                       "DROP TABLE IF EXISTS", run.tables().ghost.quoted()});
    EXPECT_TRUE(run.session().query("SHOW COLUMNS FROM t LIKE 'b'").empty());
    EXPECT_TRUE(fs::exists(file)) << "the file is the operator's";
}

// It is asked for while everything waits for somebody else.
TEST_F(a_panic_flag_file, ends_a_run_that_is_still_inspecting) {
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("XA START 'panic'");
    holder.execute("UPDATE t SET a=a+1");
    holder.execute("XA END 'panic'");
    holder.execute("XA PREPARE 'panic'");
    start(/*postponed=*/false);
    run.segue().wait_for_output("prepared");
    make();
    run.expect_failed({words(), "The original table is untouched."});
    holder.execute("XA ROLLBACK 'panic'");
}

TEST_F(a_panic_flag_file, that_is_there_before_is_refused_with_nothing_made) {
    make();
    for (const char* const execute : {"--execute", "--execute=false"})
        expect_refused_and_nothing_left(run, add_b, {"the file of --panic-flag-file is there"},
                                        {"--panic-flag-file=" + file, execute});
}

// An end cannot be taken back.
TEST_F(a_panic_flag_file, that_cannot_be_looked_at_is_told_and_ends_nothing) {
    fs::create_symlink(file, file);
    start(/*postponed=*/true);
    run.segue().wait_for_output("and counts as not there");
    run.segue().wait_for_output("State: postponing cut-over");
    run.let_cut_over();
    run.expect_swapped();
    const std::string told = run.segue().err();
    const auto first = told.find("and counts as not there");
    EXPECT_EQ(told.find("and counts as not there", first + 1), std::string::npos) << told;
}

}  // namespace
}  // namespace segue::test
