#pragma once

#include "cli/command_line/options.hpp"
#include "src/control/command_server.hpp"

#include <memory>
#include <string>
#include <vector>

namespace segue::cli {

/// Takes the commands of a run by --serve-socket-file, --serve-tcp-port and --serve-tcp-host.
/// Throws segue::error where a place that was asked for cannot be had. Where gh-ost's default path
/// cannot be, another one is taken, or none and null returned. `notices`: what is to be told.
std::unique_ptr<control::command_server> serve(
    const options& given, const control::command_server::later_answerer& answer,
    std::vector<std::string>& notices);

}  // namespace segue::cli
