#include "src/wire/server_failure.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace segue::wire {
namespace {

constexpr std::array session_lost{
    1053,                    // ER_SERVER_SHUTDOWN
    1077,                    // ER_NORMAL_SHUTDOWN
    1080,                    // ER_FORCING_CLOSE
    1152,                    // ER_ABORTING_CONNECTION
    1158, 1159, 1160, 1161,  // network errors that the server saw
    1184,                    // ER_NEW_ABORTING_CONNECTION
    1927,                    // the connection was killed, as libmariadb says it
    2002,                    // CR_CONNECTION_ERROR, and 2003: nobody listens there, maybe not yet
    2003,
    2006,  // CR_SERVER_GONE_ERROR
    2012,  // CR_SERVER_HANDSHAKE_ERR
    2013,  // CR_SERVER_LOST
    2014,  // CR_COMMANDS_OUT_OF_SYNC: what a statement that was cut off leaves behind
    2026,  // CR_SSL_CONNECTION_ERROR: with TLS, libmariadb says so of a connection that just ends
    2027,  // CR_MALFORMED_PACKET
    2055,  // CR_SERVER_LOST_EXTENDED
    3032,  // ER_SERVER_OFFLINE_MODE
    3169,  // ER_SESSION_WAS_KILLED
    4031,  // ER_CLIENT_INTERACTION_TIMEOUT
};

constexpr std::array passing{
    3,     // EE_WRITE: a temporary file cannot be written
    20,    // EE_DISK_FULL
    1021,  // ER_DISK_FULL
    1040,  // ER_CON_COUNT_ERROR
    1114,  // ER_RECORD_FILE_FULL: the disk, or the tablespace
    1135,  // ER_CANT_CREATE_THREAD
    1203,  // ER_TOO_MANY_USER_CONNECTIONS
    1226,  // ER_USER_LIMIT_REACHED
    1290,  // ER_OPTION_PREVENTS_STATEMENT: read_only, super_read_only
    1637,  // ER_TOO_MANY_CONCURRENT_TRXS
    1836,  // ER_READ_ONLY_MODE
    2005,  // CR_UNKNOWN_HOST
    3168,  // ER_SERVER_ISNT_AVAILABLE
};

// They pass where the operating system's error that they tell is a disk without room.
constexpr std::array passing_if_disk_full{
    1,     // EE_CANTCREATEFILE
    1005,  // ER_CANT_CREATE_TABLE
    1016,  // ER_CANT_OPEN_FILE
    1026,  // ER_ERROR_ON_WRITE
    1030,  // ER_GET_ERRNO
    1180,  // ER_ERROR_DURING_COMMIT
};

constexpr std::array conflicts{
    1205,  // ER_LOCK_WAIT_TIMEOUT
    1213,  // ER_LOCK_DEADLOCK
};

// Those whose SQL state does not tell.
constexpr std::array final_ones{
    // Rows.
    182,   // HA_FTS_INVALID_DOCID
    1153,  // ER_NET_PACKET_TOO_LARGE
    1265,  // WARN_DATA_TRUNCATED
    1300,  // ER_INVALID_CHARACTER_STRING
    1301,  // ER_WARN_ALLOWED_PACKET_OVERFLOWED
    1364,  // ER_NO_DEFAULT_FOR_FIELD
    1366,  // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
    1411,  // ER_WRONG_VALUE_FOR_TYPE
    1526,  // ER_NO_PARTITION_FOR_GIVEN_VALUE
    1713,  // ER_UNDO_RECORD_TOO_BIG
    1748,  // ER_ROW_DOES_NOT_MATCH_GIVEN_PARTITION_SET
    3105,  // ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN
    3643,  // ER_WRONG_SRID_FOR_COLUMN
    3819,  // ER_CHECK_CONSTRAINT_VIOLATED
    3995,  // ER_CHARACTER_SET_MISMATCH
    // Transactions that are too large as a whole.
    1197,  // ER_TRANS_CACHE_FULL
    1206,  // ER_LOCK_TABLE_FULL
    3100,  // ER_RUN_HOOK_ERROR: by group replication
    // Statements.
    1094,  // ER_NO_SUCH_THREAD
    1099,  // ER_TABLE_NOT_LOCKED_FOR_WRITE
    1100,  // ER_TABLE_NOT_LOCKED
    1192,  // ER_LOCK_OR_ACTIVE_TRANSACTION
    1193,  // ER_UNKNOWN_SYSTEM_VARIABLE
    1223,  // ER_CANT_UPDATE_WITH_READLOCK
    1236,  // ER_SOURCE_FATAL_ERROR_READING_BINLOG
    1238,  // ER_INCORRECT_GLOBAL_LOCAL_VAR
    1273,  // ER_UNKNOWN_COLLATION
    1298,  // ER_UNKNOWN_TIME_ZONE
    1381,  // ER_NO_BINARY_LOGGING
    3730,  // ER_FK_CANNOT_DROP_PARENT
    3854,  // ER_CANNOT_CONVERT_STRING
    // Rights, and how to log in.
    1095,  // ER_KILL_DENIED_ERROR
    1129,  // ER_HOST_IS_BLOCKED: until somebody flushes the host cache
    1130,  // ER_HOST_NOT_PRIVILEGED
    1251,  // ER_NOT_SUPPORTED_AUTH_MODE
    1419,  // ER_BINLOG_CREATE_ROUTINE_NEED_SUPER
    1524,  // ER_PLUGIN_IS_NOT_LOADED
    1820,  // ER_MUST_CHANGE_PASSWORD
    1862,  // ER_MUST_CHANGE_PASSWORD_LOGIN
    2049,  // CR_SECURE_AUTH
    2059,  // CR_AUTH_PLUGIN_CANNOT_LOAD
    2061,  // CR_AUTH_PLUGIN_ERR
    3118,  // ER_ACCOUNT_HAS_BEEN_LOCKED
    3159,  // ER_SECURE_TRANSPORT_REQUIRED
};

// Classes of SQL states that are about rows, statements or rights: cardinality, data, constraints,
// transaction state, authorization, catalog and schema names, syntax and access, views.
constexpr std::array<std::string_view, 10> final_classes{"0A", "21", "22", "23", "25",
                                                         "28", "3D", "3F", "42", "44"};

template <typename Values, typename Value>
bool among(const Values& values, const Value& value) noexcept {
    return std::find(values.begin(), values.end(), value) != values.end();
}

// ENOSPC or EDQUOT, as the server's messages have them.
bool tells_of_full_disk(std::string_view message) noexcept {
    constexpr std::array<std::string_view, 8> words{"rror 28 ",
                                                    "rrno 28 ",
                                                    "rrno: 28 ",
                                                    "rrno: 28)",
                                                    "rrno 122 ",
                                                    "rrno: 122 ",
                                                    "No space left on device",
                                                    "Disk quota exceeded"};
    return std::ranges::any_of(
        words, [&](std::string_view text) { return message.find(text) != std::string_view::npos; });
}

}  // namespace

failure_kind kind_of(int number, std::string_view sqlstate, std::string_view message) noexcept {
    if (among(session_lost, number)) return failure_kind::session_lost;
    if (among(passing, number)) return failure_kind::passing;
    if (among(passing_if_disk_full, number) && tells_of_full_disk(message))
        return failure_kind::passing;
    if (among(conflicts, number)) return failure_kind::conflict;
    if (among(final_ones, number) || among(final_classes, sqlstate.substr(0, 2)))
        return failure_kind::final;
    return failure_kind::unknown;
}

error_properties properties_of(int number, std::string sqlstate, std::string_view message) {
    const failure_kind kind = kind_of(number, sqlstate, message);
    return {.mysql_errno = number,
            .sqlstate = std::move(sqlstate),
            .retryable = kind != failure_kind::final,
            .connection_lost = kind == failure_kind::session_lost};
}

bool passes_by_itself(const error& failure) noexcept {
    if (!failure.retryable()) return false;
    if (failure.connection_lost()) return true;
    const failure_kind kind = kind_of(failure.mysql_errno(), failure.sqlstate(), failure.what());
    return kind == failure_kind::session_lost || kind == failure_kind::passing;
}

}  // namespace segue::wire
