#include "cli/running/serving.hpp"

#include "src/base/error.hpp"
#include "src/control/abandoned_sockets.hpp"
#include "src/control/socket_path.hpp"

#include <unistd.h>

#include <fmt/format.h>

namespace segue::cli {

std::unique_ptr<control::command_server> serve(
    const options& given, const control::command_server::later_answerer& answer,
    std::vector<std::string>& notices) {
    const auto& asked = given.serving;
    const table_name& table = given.run.request.original;
    control::serving_places at{.unix_path = control::fitting_socket_path(asked.socket_file),
                               .tcp_host = asked.tcp_host,
                               .tcp_port = asked.tcp_port};
    if (!asked.socket_file.empty()) {
        if (at.unix_path != asked.socket_file)
            notices.push_back(
                fmt::format("the path of --serve-socket-file is too long for a socket: commands "
                            "are taken at {}",
                            at.unix_path));
        return std::make_unique<control::command_server>(at, answer);
    }
    control::remove_abandoned_sockets();
    at.unix_path = control::default_socket_path(table.schema, table.name);
    std::string why;
    try {
        return std::make_unique<control::command_server>(at, answer);
    } catch (const error& failure) {
        why = failure.what();
    }
    // A table of the same name on another server, for one.
    at.unix_path = control::default_socket_path(table.schema, table.name, ::getpid());
    try {
        auto made = std::make_unique<control::command_server>(at, answer);
        notices.push_back(fmt::format("{}: commands are taken at {}", why, at.unix_path));
        return made;
    } catch (const error& failure) {
        if (at.tcp_port != 0) throw;
        notices.push_back(fmt::format("no commands are taken: {}", failure.what()));
        return nullptr;
    }
}

}  // namespace segue::cli
