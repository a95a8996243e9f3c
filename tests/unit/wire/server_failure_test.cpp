#include "src/wire/server_failure.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace segue::wire {
namespace {

struct seen {
    int number;
    std::string_view sqlstate;
    std::string_view message;  // as the server words it
};

failure_kind kind_of(const seen& one) {
    return wire::kind_of(one.number, one.sqlstate, one.message);
}

error as_error(const seen& one) {
    return error(std::string(one.message),
                 properties_of(one.number, std::string(one.sqlstate), one.message));
}

TEST(server_failure, a_session_that_is_gone_passes_by_itself) {
    for (const int number :
         {1053, 1080, 1152, 1158, 1159, 1160, 1161, 1927, 2002, 2003, 2006, 2013, 3032, 4031}) {
        const seen one{number, "HY000", "gone"};
        EXPECT_EQ(kind_of(one), failure_kind::session_lost) << number;
        EXPECT_TRUE(as_error(one).connection_lost()) << number;
        EXPECT_TRUE(passes_by_itself(as_error(one))) << number;
    }
}

TEST(server_failure, conditions_of_the_server_pass_and_its_sessions_stay) {
    const seen all[] = {
        {2005, "HY000", "Unknown server host 'db1' (-3)"},
        {1290, "HY000",
         "The MySQL server is running with the --read-only option so it cannot execute this "
         "statement"},
        {1836, "HY000", "Running in read-only mode"},
        {1114, "HY000", "The table '_t_gho' is full"},
        {1021, "HY000", "Disk full (/tmp); waiting for someone to free some space..."},
        {1030, "HY000", "Got error 28 - 'No space left on device' from storage engine"},
        {1030, "HY000", "Got error 28 from storage engine"},
        {1026, "HY000", "Error writing file '/tmp/MLab' (errno: 28 - No space left on device)"},
        {3, "HY000", "Error writing file '/tmp/MYfd=4' (OS errno 28 - No space left on device)"},
        {1, "HY000", "Can't create/write to file '/tmp/x' (OS errno 122 - Disk quota exceeded)"},
        {1040, "08004", "Too many connections"},
        {1203, "42000", "User segue already has more than 'max_user_connections' connections"},
        {1226, "42000", "User 'segue' has exceeded the 'max_user_connections' resource"},
        {1135, "HY000", "Can't create a new thread (errno 11)"},
        {3168, "HY000", "Server isn't available"},
    };
    for (const seen& one : all) {
        EXPECT_EQ(kind_of(one), failure_kind::passing) << one.message;
        EXPECT_FALSE(as_error(one).connection_lost()) << one.message;
        EXPECT_TRUE(passes_by_itself(as_error(one))) << one.message;
        EXPECT_TRUE(passes_by_itself(as_error(one).in("copy a chunk"))) << one.message;
    }
}

TEST(server_failure, a_lock_of_others_is_neither_waited_for_nor_final) {
    for (const int number : {1205, 1213}) {
        const seen one{number, number == 1213 ? "40001" : "HY000", "lock"};
        EXPECT_EQ(kind_of(one), failure_kind::conflict);
        EXPECT_TRUE(as_error(one).retryable());
        EXPECT_FALSE(passes_by_itself(as_error(one)));
    }
}

TEST(server_failure, what_is_about_rows_statements_or_rights_is_final) {
    const seen all[] = {
        {1062, "23000", "Duplicate entry 'errno: 28 - x' for key 't.a'"},
        {1048, "23000", "Column 'a' cannot be null"},
        {1264, "22003", "Out of range value for column 'a' at row 1"},
        {1265, "01000", "Data truncated for column 'a' at row 1"},
        {1366, "HY000", "Incorrect integer value"},
        {1406, "22001", "Data too long for column 'a' at row 1"},
        {1526, "HY000", "Table has no partition for value 7"},
        {3140, "22032", "Invalid JSON text"},
        {3643, "HY000", "The SRID of the geometry does not match the SRID of the column 'c'."},
        {3751, "01000", "Data truncated for functional index 'e' at row 1."},
        {3752, "22003", "Value is out of range for functional index 'e' at row 1."},
        {3819, "HY000", "Check constraint 'c' is violated."},
        {3903, "22018", "Invalid JSON value for CAST for functional index 'e'."},
        {3904, "22003", "Out of range JSON value for CAST for functional index 'e'."},
        {3907, "22001", "Data too long for functional index 'e'."},
        {1064, "42000", "You have an error in your SQL syntax"},
        {1146, "42S02", "Table 'a.t' doesn't exist"},
        {1054, "42S22", "Unknown column 'a' in 'field list'"},
        {1142, "42000", "SELECT command denied to user"},
        {1227, "42000", "Access denied; you need the SUPER privilege"},
        {1045, "28000", "Access denied for user"},
        {1049, "42000", "Unknown database 'a'"},
        {1129, "", "Host '192.0.2.1' is blocked"},
        {1236, "HY000", "Could not find first log file name in binary log index file"},
        {1197, "HY000", "Multi-statement transaction required more than max_binlog_cache_size"},
        {3730, "HY000", "Cannot drop table 't' referenced by a foreign key constraint"},
    };
    for (const seen& one : all) {
        EXPECT_EQ(kind_of(one), failure_kind::final) << one.message;
        EXPECT_FALSE(as_error(one).retryable()) << one.message;
        EXPECT_FALSE(passes_by_itself(as_error(one))) << one.message;
    }
}

TEST(server_failure, anything_else_may_be_tried_again_and_is_not_waited_for) {
    const seen all[] = {
        {1030, "HY000", "Got error 168 - 'Unknown (generic) error from engine'"},
        {1105, "HY000", "Unknown error"},
        {1317, "70100", "Query execution was interrupted"},
        {1412, "HY000", "Table definition has changed, please retry transaction"},
        {1041, "HY000", "Out of memory"},
        {9999, "HY000", "What comes with a later version"},
    };
    for (const seen& one : all) {
        EXPECT_EQ(kind_of(one), failure_kind::unknown) << one.message;
        EXPECT_TRUE(as_error(one).retryable()) << one.message;
        EXPECT_FALSE(passes_by_itself(as_error(one))) << one.message;
    }
}

TEST(server_failure, of_our_own_making_is_final_unless_it_says_otherwise) {
    EXPECT_FALSE(passes_by_itself(error("another run has taken over this migration")));
    EXPECT_FALSE(passes_by_itself(error("a packet of unknown kind", {.connection_lost = true})));
    EXPECT_FALSE(passes_by_itself(error("certificate", {.mysql_errno = 2026})));
    EXPECT_FALSE(passes_by_itself(error("looked too soon", {.retryable = true})));
    EXPECT_TRUE(passes_by_itself(
        error("the server ended the stream", {.retryable = true, .connection_lost = true})));
}

}  // namespace
}  // namespace segue::wire
