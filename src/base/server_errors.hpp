#pragma once

/// The numbers of errors that Segue knows, under their names in MySQL's manual, in small letters
/// and without the prefix, which is the namespace here. What they mean for whoever meets them:
/// src/wire/server_failure.hpp.
/// https://dev.mysql.com/doc/mysql-errors/9.4/en/server-error-reference.html
/// https://dev.mysql.com/doc/mysql-errors/9.4/en/client-error-reference.html
/// https://dev.mysql.com/doc/mysql-errors/9.4/en/global-error-reference.html

/// ER_ and WARN_: the server.
namespace segue::er {

inline constexpr int cant_create_table = 1005;
inline constexpr int cant_open_file = 1016;
inline constexpr int disk_full = 1021;
inline constexpr int error_on_write = 1026;
inline constexpr int get_errno = 1030;
inline constexpr int con_count_error = 1040;
inline constexpr int dbaccess_denied_error = 1044;
inline constexpr int access_denied_error = 1045;
inline constexpr int bad_db_error = 1049;
inline constexpr int bad_null_error = 1048;
inline constexpr int table_exists_error = 1050;
inline constexpr int bad_table_error = 1051;
inline constexpr int server_shutdown = 1053;
inline constexpr int bad_field_error = 1054;
inline constexpr int too_long_ident = 1059;
inline constexpr int dup_entry = 1062;
inline constexpr int parse_error = 1064;
inline constexpr int normal_shutdown = 1077;
inline constexpr int forcing_close = 1080;
inline constexpr int no_such_thread = 1094;
inline constexpr int kill_denied_error = 1095;
inline constexpr int table_not_locked_for_write = 1099;
inline constexpr int table_not_locked = 1100;
inline constexpr int unknown_table = 1109;
inline constexpr int record_file_full = 1114;
inline constexpr int too_big_rowsize = 1118;
inline constexpr int host_is_blocked = 1129;
inline constexpr int host_not_privileged = 1130;
inline constexpr int cant_create_thread = 1135;
inline constexpr int wrong_value_count_on_row = 1136;
inline constexpr int tableaccess_denied_error = 1142;
inline constexpr int columnaccess_denied_error = 1143;
inline constexpr int no_such_table = 1146;
inline constexpr int aborting_connection = 1152;
inline constexpr int net_packet_too_large = 1153;
inline constexpr int net_read_error = 1158;
inline constexpr int net_read_interrupted = 1159;
inline constexpr int net_error_on_write = 1160;
inline constexpr int net_write_interrupted = 1161;
inline constexpr int error_during_commit = 1180;
inline constexpr int new_aborting_connection = 1184;
inline constexpr int lock_or_active_transaction = 1192;
inline constexpr int unknown_system_variable = 1193;
inline constexpr int trans_cache_full = 1197;
inline constexpr int too_many_user_connections = 1203;
inline constexpr int lock_wait_timeout = 1205;
inline constexpr int lock_table_full = 1206;
inline constexpr int lock_deadlock = 1213;
inline constexpr int cant_update_with_readlock = 1223;
inline constexpr int user_limit_reached = 1226;
inline constexpr int specific_access_denied_error = 1227;
inline constexpr int source_fatal_error_reading_binlog = 1236;
inline constexpr int incorrect_global_local_var = 1238;
inline constexpr int not_supported_auth_mode = 1251;
inline constexpr int warn_data_out_of_range = 1264;
inline constexpr int warn_data_truncated = 1265;
inline constexpr int unknown_collation = 1273;
inline constexpr int option_prevents_statement = 1290;
inline constexpr int truncated_wrong_value = 1292;
inline constexpr int unknown_time_zone = 1298;
inline constexpr int invalid_character_string = 1300;
inline constexpr int warn_allowed_packet_overflowed = 1301;
inline constexpr int query_interrupted = 1317;
inline constexpr int no_default_for_field = 1364;
inline constexpr int division_by_zero = 1365;
inline constexpr int truncated_wrong_value_for_field = 1366;
inline constexpr int no_binary_logging = 1381;
inline constexpr int data_too_long = 1406;
inline constexpr int wrong_value_for_type = 1411;
inline constexpr int table_def_changed = 1412;
inline constexpr int binlog_create_routine_need_super = 1419;
inline constexpr int datetime_function_overflow = 1441;
inline constexpr int plugin_is_not_loaded = 1524;
inline constexpr int no_partition_for_given_value = 1526;
inline constexpr int dup_entry_with_key_name =
    1586;  // the index stands in the text, not its number
inline constexpr int too_long_table_comment = 1628;
inline constexpr int too_many_concurrent_trxs = 1637;
inline constexpr int undo_record_too_big = 1713;
inline constexpr int row_does_not_match_given_partition_set = 1748;
inline constexpr int innodb_ft_limit = 1795;  // one FULLTEXT index at a time
inline constexpr int must_change_password = 1820;
inline constexpr int read_only_mode = 1836;
inline constexpr int alter_operation_not_supported = 1845;
inline constexpr int alter_operation_not_supported_reason = 1846;
inline constexpr int must_change_password_login = 1862;
inline constexpr int connection_killed = 1927;  // what libmariadb says of a killed connection
inline constexpr int no_such_table_in_engine = 1932;
inline constexpr int query_timeout = 3024;
inline constexpr int server_offline_mode = 3032;
inline constexpr int run_hook_error = 3100;
inline constexpr int generated_column_function_is_not_allowed = 3102;
inline constexpr int non_default_value_for_generated_column = 3105;
inline constexpr int account_has_been_locked = 3118;
inline constexpr int invalid_json_text = 3140;
inline constexpr int secure_transport_required = 3159;
inline constexpr int server_isnt_available = 3168;
inline constexpr int session_was_killed = 3169;
inline constexpr int wrong_srid_for_column = 3643;
inline constexpr int bad_null_error_not_ignored = 3673;
inline constexpr int truncated_functional_index = 3751;
inline constexpr int out_of_range_functional_index = 3752;
inline constexpr int fk_cannot_drop_parent = 3730;
inline constexpr int generated_column_named_function_is_not_allowed = 3763;
inline constexpr int default_val_generated_function_is_not_allowed = 3769;
inline constexpr int default_val_generated_named_function_is_not_allowed = 3770;
inline constexpr int default_val_generated_variables = 3772;
inline constexpr int check_constraint_violated = 3819;
inline constexpr int check_constraint_dup_name = 3822;
inline constexpr int cannot_convert_string = 3854;
inline constexpr int invalid_json_for_functional_index = 3903;
inline constexpr int json_out_of_range_for_functional_index = 3904;
inline constexpr int functional_index_data_too_long = 3907;
inline constexpr int character_set_mismatch = 3995;
inline constexpr int client_interaction_timeout = 4031;
inline constexpr int innodb_max_row_version = 4092;

}  // namespace segue::er

/// CR_: the client library.
namespace segue::cr {

inline constexpr int connection_error = 2002;  // libmariadb says so of TCP as well
inline constexpr int conn_host_error = 2003;
inline constexpr int unknown_host = 2005;
inline constexpr int server_gone_error = 2006;
inline constexpr int server_handshake_err = 2012;
inline constexpr int server_lost = 2013;
inline constexpr int commands_out_of_sync = 2014;
inline constexpr int ssl_connection_error = 2026;
inline constexpr int malformed_packet = 2027;
inline constexpr int secure_auth = 2049;
inline constexpr int server_lost_extended = 2055;
inline constexpr int auth_plugin_cannot_load = 2059;
inline constexpr int auth_plugin_err = 2061;
inline constexpr int plugin_not_allowed = 5010;  // of libmariadb's restricted-auth

}  // namespace segue::cr

/// EE_: the server, of files.
namespace segue::ee {

inline constexpr int cantcreatefile = 1;
inline constexpr int write = 3;
inline constexpr int disk_full = 20;

}  // namespace segue::ee

/// HA_: a storage engine, by way of the server.
namespace segue::ha {

inline constexpr int fts_invalid_docid = 182;

}  // namespace segue::ha
