#include "cli/serving.hpp"

#include "src/base/error.hpp"
#include "src/control/client.hpp"
#include "src/control/socket_path.hpp"

#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {

serving_choice choose_serving(const options& given, std::vector<std::string>& notices) {
    const auto& asked = given.serving;
    const table_name& table = given.run.request.original;
    serving_choice made{.at = {.unix_path = control::fitting_socket_path(asked.socket_file),
                               .tcp_host = asked.tcp_host,
                               .tcp_port = asked.tcp_port},
                        .by_default = asked.socket_file.empty()};
    if (made.by_default) {
        made.at.unix_path = control::default_socket_path(table.schema, table.name);
        // A table of the same name on another server.
        if (control::is_served(made.at.unix_path)) {
            const auto other = control::default_socket_path(table.schema, table.name, ::getpid());
            notices.push_back(fmt::format("another migration serves {}: commands are taken at {}",
                                          made.at.unix_path, other));
            made.at.unix_path = other;
        }
    } else if (made.at.unix_path != asked.socket_file) {
        notices.push_back(
            fmt::format("the path of --serve-socket-file is too long for a socket: commands are "
                        "taken at {}",
                        made.at.unix_path));
    }
    return made;
}

std::unique_ptr<control::command_server> serve(const serving_choice& where, const table_name& table,
                                               control::command_server::answerer answer,
                                               std::vector<std::string>& notices) {
    try {
        return std::make_unique<control::command_server>(where.at, answer);
    } catch (const error& failure) {
        if (!where.by_default) throw;
        notices.push_back(failure.what());
    }
    // Something else is at the default path.
    control::serving_places other = where.at;
    other.unix_path = control::default_socket_path(table.schema, table.name, ::getpid());
    try {
        auto made = std::make_unique<control::command_server>(other, answer);
        notices.push_back(fmt::format("commands are taken at {}", other.unix_path));
        return made;
    } catch (const error& failure) {
        if (where.at.tcp_port != 0) throw;
        notices.push_back(fmt::format("no commands are taken: {}", failure.what()));
        return nullptr;
    }
}

}  // namespace segue::cli
