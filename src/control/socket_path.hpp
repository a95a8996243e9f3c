#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::control {

/// The bytes that the path of a Unix socket may have: a zero byte ends the 108 of sun_path.
/// https://man7.org/linux/man-pages/man7/unix.7.html
inline constexpr std::size_t socket_path_bytes_max = 107;

/// The path itself, or, of one that is too long, as much of its beginning as fits with a hash of
/// all of it behind, so that two long ones do not meet.
std::string fitting_socket_path(const std::string& path);

/// Where gh-ost serves the migration of a table: /tmp/gh-ost.<schema>.<table>.sock, made fitting.
/// Characters that cannot stand in a file's name are replaced by '_'.
std::string default_socket_path(std::string_view schema, std::string_view table);
/// Where the migration of a table is served by a process whose default path another one has: the
/// default path with the process id in it, also where it is made fitting.
std::string default_socket_path(std::string_view schema, std::string_view table, int process_id);
/// The process id, if a file of this name in the folder of default paths has one in it.
std::optional<int> process_id_in_socket_name(std::string_view file_name);

/// The sockets that are there under such names, whoever serves them, or nobody; sorted.
std::vector<std::string> sockets_at_default_paths();

}  // namespace segue::control
