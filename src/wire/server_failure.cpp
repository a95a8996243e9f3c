#include "src/wire/server_failure.hpp"

#include "src/base/server_errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace segue::wire {
namespace {

constexpr std::array session_lost{
    er::server_shutdown,
    er::normal_shutdown,
    er::forcing_close,
    er::aborting_connection,
    er::net_read_error,  // network errors that the server saw
    er::net_read_interrupted,
    er::net_error_on_write,
    er::net_write_interrupted,
    er::new_aborting_connection,
    er::connection_killed,  // as libmariadb says it
    cr::connection_error,   // nobody listens there, maybe not yet
    cr::conn_host_error,
    cr::server_gone_error,
    cr::server_handshake_err,
    cr::server_lost,
    cr::commands_out_of_sync,  // what a statement that was cut off leaves behind
    cr::ssl_connection_error,  // with TLS, libmariadb says so of a connection that just ends
    cr::malformed_packet,
    cr::server_lost_extended,
    er::server_offline_mode,
    er::session_was_killed,
    er::client_interaction_timeout,
};

constexpr std::array passing{
    ee::write,  // a temporary file cannot be written
    ee::disk_full,
    er::disk_full,
    er::con_count_error,
    er::record_file_full,  // the disk, or the tablespace
    er::cant_create_thread,
    er::too_many_user_connections,
    er::user_limit_reached,
    er::option_prevents_statement,  // read_only, super_read_only
    er::too_many_concurrent_trxs,
    er::read_only_mode,
    cr::unknown_host,
    er::server_isnt_available,
};

// They pass where the operating system's error that they tell is a disk without room.
constexpr std::array passing_if_disk_full{
    ee::cantcreatefile, er::cant_create_table, er::cant_open_file,
    er::error_on_write, er::get_errno,         er::error_during_commit,
};

constexpr std::array conflicts{
    er::lock_wait_timeout,
    er::lock_deadlock,
};

// Those whose SQL state does not tell.
constexpr std::array final_ones{
    // Rows.
    ha::fts_invalid_docid,
    er::net_packet_too_large,
    er::warn_data_truncated,
    er::invalid_character_string,
    er::warn_allowed_packet_overflowed,
    er::no_default_for_field,
    er::truncated_wrong_value_for_field,
    er::wrong_value_for_type,
    er::no_partition_for_given_value,
    er::undo_record_too_big,
    er::row_does_not_match_given_partition_set,
    er::non_default_value_for_generated_column,
    er::datetime_function_overflow,
    er::wrong_srid_for_column,
    er::truncated_functional_index,
    er::out_of_range_functional_index,
    er::invalid_json_for_functional_index,
    er::json_out_of_range_for_functional_index,
    er::functional_index_data_too_long,
    er::check_constraint_violated,
    er::character_set_mismatch,
    // Transactions that are too large as a whole.
    er::trans_cache_full,
    er::lock_table_full,
    er::run_hook_error,  // by group replication
    // Statements.
    er::no_such_thread,
    er::table_not_locked_for_write,
    er::table_not_locked,
    er::lock_or_active_transaction,
    er::unknown_system_variable,
    er::cant_update_with_readlock,
    er::source_fatal_error_reading_binlog,
    er::incorrect_global_local_var,
    er::unknown_collation,
    er::unknown_time_zone,
    er::no_binary_logging,
    er::fk_cannot_drop_parent,
    er::cannot_convert_string,
    // Rights, and how to log in.
    er::kill_denied_error,
    er::host_is_blocked,  // until somebody flushes the host cache
    er::host_not_privileged,
    er::not_supported_auth_mode,
    er::binlog_create_routine_need_super,
    er::plugin_is_not_loaded,
    er::must_change_password,
    er::must_change_password_login,
    cr::secure_auth,
    cr::auth_plugin_cannot_load,
    cr::auth_plugin_err,
    cr::plugin_not_allowed,
    er::account_has_been_locked,
    er::secure_transport_required,
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
