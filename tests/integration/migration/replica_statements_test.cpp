// What a replica is to run: it has the text of our statements, and settings of its own.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/integration/migration/replica_pair.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

struct replicated_case {
    const char* name;
    const char* columns;
    const char* alter;
    bool rehearsal = true;
    const char* old_alter_table = "OFF";  ///< Of the primary.
};

const char* const two_texts = "(id INT PRIMARY KEY, a VARCHAR(20), b TEXT)";

const replicated_case replicated_cases[] = {
    {"two_fulltext_indexes", two_texts, "ADD FULLTEXT (a), ADD FULLTEXT (b)", false},
    {"two_fulltext_indexes_by_the_primarys_own_setting", two_texts,
     "ADD FULLTEXT (a), ADD FULLTEXT (b)", true, "ON"},
    {"with_an_algorithm_that_was_asked_for", two_texts,
     "ALGORITHM=COPY, ADD FULLTEXT (a), LOCK=SHARED, ADD FULLTEXT (b)"},
    {"behind_a_comment_alone", two_texts, "/*!80000 ADD FULLTEXT (a), ADD FULLTEXT (b) */"},
    {"with_table_options", two_texts,
     "COMMENT='x' ROW_FORMAT=DYNAMIC, ADD FULLTEXT (a), ADD FULLTEXT (b)"},
    {"with_other_clauses", two_texts,
     "WITHOUT VALIDATION, ADD c INT, ADD FULLTEXT (a), ADD FULLTEXT (b), CONVERT TO CHARACTER SET "
     "utf8mb4"},
    {"of_a_table_that_loses_its_partitions",
     "(id INT PRIMARY KEY, a VARCHAR(20), b TEXT) PARTITION BY HASH (id) PARTITIONS 2",
     "ADD FULLTEXT (a), ADD FULLTEXT (b) REMOVE PARTITIONING"},
};

class a_replica_of_the_primary : public testing::TestWithParam<replicated_case> {
  protected:
    replica_pair& servers = shared_pair(usual_pair());
};

TEST_P(a_replica_of_the_primary, runs_what_makes_the_new_table) {
    const auto& each = GetParam();
    const global_setting own(servers.primary(), "old_alter_table", each.old_alter_table);
    quiet_run run(servers.primary());
    run.session().execute(std::string("CREATE TABLE t ") + each.columns);
    std::vector<std::string> more;
    if (each.rehearsal) more.emplace_back("--execute=false");
    run.start(each.alter, {.more = more});
    run.expect_swapped();  // exit code 0
    servers.wait_replicated();
}

std::string name_of(const testing::TestParamInfo<replicated_case>& each) {
    return each.param.name;
}
INSTANTIATE_TEST_SUITE_P(made, a_replica_of_the_primary, testing::ValuesIn(replicated_cases),
                         name_of);

}  // namespace
}  // namespace segue::test
