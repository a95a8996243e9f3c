#pragma once

#include "cli/options.hpp"
#include "src/control/command_server.hpp"

#include <memory>
#include <string>
#include <vector>

namespace segue::cli {

/// The places where a run takes commands, found before it begins.
struct serving_choice {
    control::serving_places at;
    bool by_default = true;  ///< The path was not asked for: the run goes on without.
};

/// By --serve-socket-file, --serve-tcp-port and --serve-tcp-host. `notices`: what is to be told.
serving_choice choose_serving(const options& given, std::vector<std::string>& notices);

/// Serves there. Throws segue::error where a place that was asked for cannot be had. Where it is
/// the default path another one is taken, or none and null returned; that is told in `notices`.
std::unique_ptr<control::command_server> serve(const serving_choice& where, const table_name& table,
                                               control::command_server::answerer answer,
                                               std::vector<std::string>& notices);

}  // namespace segue::cli
