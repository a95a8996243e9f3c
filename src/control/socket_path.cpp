#include "src/control/socket_path.hpp"

#include "src/base/stable_hash.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace segue::control {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder = "/tmp";
constexpr std::string_view first_part = "gh-ost.";
constexpr std::string_view ending = ".sock";

std::string in_file_name(std::string_view text) {
    std::string name(text);
    std::replace(name.begin(), name.end(), '/', '_');
    std::replace(name.begin(), name.end(), '\0', '_');
    return name;
}

// `kept` is how the path ends, cut or not.
std::string fitting(const std::string& path, std::string_view kept) {
    if (path.size() <= socket_path_bytes_max) return path;
    const std::string tail = fmt::format("-{:08x}{}", stable_hash(path), kept);
    return path.substr(0, socket_path_bytes_max - tail.size()) + tail;
}

std::string default_path(std::string_view schema, std::string_view table, std::string_view kept) {
    return fitting(fmt::format("{}/{}{}.{}{}", folder, first_part, in_file_name(schema),
                               in_file_name(table), kept),
                   kept);
}

}  // namespace

std::string fitting_socket_path(const std::string& path) {
    return fitting(path, path.ends_with(ending) ? ending : "");
}

std::string default_socket_path(std::string_view schema, std::string_view table) {
    return default_path(schema, table, ending);
}

std::string default_socket_path(std::string_view schema, std::string_view table, int process_id) {
    return default_path(schema, table, fmt::format(".{}{}", process_id, ending));
}

std::optional<int> process_id_in_socket_name(std::string_view file_name) {
    if (!file_name.starts_with(first_part) || !file_name.ends_with(ending)) return std::nullopt;
    file_name.remove_suffix(ending.size());
    const auto dot = file_name.rfind('.');
    if (dot < first_part.size()) return std::nullopt;
    const std::string_view digits = file_name.substr(dot + 1);
    int process_id = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), process_id);
    if (failure != std::errc() || end != digits.data() + digits.size() || process_id <= 0)
        return std::nullopt;
    return process_id;
}

std::vector<std::string> sockets_at_default_paths() {
    std::vector<std::string> found;
    std::error_code failure;
    for (fs::directory_iterator at(folder, failure), end; !failure && at != end;
         at.increment(failure)) {
        const std::string name = at->path().filename().string();
        std::error_code unseen;
        if (name.starts_with(first_part) && name.ends_with(ending) && at->is_socket(unseen))
            found.push_back(at->path().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace segue::control
