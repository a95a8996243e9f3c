#include "src/wire/probe.hpp"

#include "src/wire/connection.hpp"

#include <utility>

namespace segue::wire {

server_offer probe(const connection_options& options, std::stop_token stop) {
    auto session = connection::connect(options, std::move(stop));
    const auto& server = session.server();
    server_offer offer{.version = server.version,
                       .is_mariadb = server.is_mariadb,
                       .offers_tls = server.offers_tls(),
                       .encrypted = session.encrypted(),
                       .fingerprint = session.peer_fingerprint(),
                       .connection_id = server.connection_id};
    session.quit();
    return offer;
}

}  // namespace segue::wire
