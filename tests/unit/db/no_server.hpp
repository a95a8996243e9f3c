#pragma once

#include "src/wire/connection_options.hpp"

namespace segue::db {

/// Nobody listens there, and nobody can.
inline wire::connection_options no_server() {
    wire::connection_options options;
    options.server.socket = "/nonexistent/mysql.sock";
    options.user = "somebody";
    options.password = "secret";
    return options;
}

}  // namespace segue::db
