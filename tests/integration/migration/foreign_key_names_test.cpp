// What the foreign keys of a child are called, before and behind the swap: docs/decisions/0022.
#include "tests/integration/migration/child_of_a_parent.hpp"

namespace segue::test {
namespace {

class a_child_whose_keys_have_names : public child_of_a_parent {};
INSTANTIATE_TEST_SUITE_P(_, a_child_whose_keys_have_names, newest, server_name);
INSTANTIATE_TEST_SUITE_P(long_, a_child_whose_keys_have_names, oldest, server_name);

TEST_P(a_child_whose_keys_have_names, gets_its_names_when_the_process_dies_before_it_has_them) {
    make();
    fault_points faults;
    faults.abort("foreign_keys.before_names");
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    EXPECT_NE(run().segue().wait(3 * patience), 0);
    EXPECT_EQ(keys_of(session(), run().table()), "t_ibfk_1,t_ibfk_2");
    EXPECT_EQ(keys_of(session(), run().tables().old), "");
    expect_finished_by_the_next_run();
}

// What the old table's keys keep from the new one is free then.
TEST_P(a_child_whose_keys_have_names, gets_its_names_when_somebody_drops_the_old_table_before) {
    make();
    fault_points faults;
    faults.abort("cut_over.swapped");
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    EXPECT_NE(run().segue().wait(3 * patience), 0);
    session().execute("DROP TABLE _t_del");
    run().start("ADD COLUMN b INT");
    run().expect_swapped();
    expect_constrained();
}

// Names of foreign keys are unique in a schema, and RENAME would fail with the application waiting.
TEST_P(a_child_whose_keys_have_names, is_refused_where_another_table_has_a_name_that_rename_gives) {
    make();
    session().execute(
        "CREATE TABLE o (p INT, CONSTRAINT _t_del_ibfk_1 FOREIGN KEY (p) REFERENCES p (id))");
    expect_refused_and_nothing_left(
        run(), "ADD COLUMN b INT",
        {"the swap needs the name `_t_del_ibfk_1` for a foreign key", "`o` has it"});
    session().execute("DROP TABLE o");
    session().execute(
        "CREATE TABLE o (p INT, CONSTRAINT _T_gho_ibfk_1 FOREIGN KEY (p) REFERENCES p (id))");
    expect_refused_and_nothing_left(run(), "ADD COLUMN b INT", {"`_T_gho_ibfk_1`"});
    // One name to the server, which does not tell accents there.
    session().execute("DROP TABLE o");
    session().execute(
        "CREATE TABLE o (p INT, CONSTRAINT `_t_dél_ibfk_1` FOREIGN KEY (p) REFERENCES p (id))");
    expect_refused_and_nothing_left(run(), "ADD COLUMN b INT", {"`_t_dél_ibfk_1`"});
}

TEST_P(a_child_whose_keys_have_names, takes_names_that_nobody_has) {
    make();
    session().execute(
        "CREATE TABLE o (p INT, CONSTRAINT `ţ_ibfk_2` FOREIGN KEY (p) REFERENCES p (id), "
        "CONSTRAINT _t_GHO_ibfk_3 FOREIGN KEY (p) REFERENCES p (id))");
    run().start("ADD COLUMN b INT");
    run().expect_swapped();
    expect_constrained();
    expect_nothing_held();
}

TEST_P(a_child_whose_keys_have_names, may_have_keys_of_its_own_with_such_names) {
    session().execute("CREATE TABLE p (id INT PRIMARY KEY)");
    session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, CONSTRAINT _t_del_ibfk_1 FOREIGN KEY "
        "(a) "
        "REFERENCES p (id), CONSTRAINT T_ibfk_2 FOREIGN KEY (b) REFERENCES p (id))");
    const auto before = keys_of(session(), run().table());
    run().start("ADD COLUMN c INT");
    run().expect_swapped();
    EXPECT_EQ(keys_of(session(), run().table()), before);
    EXPECT_EQ(keys_of(session(), run().tables().old), "");
}

}  // namespace
}  // namespace segue::test
