#pragma once

#include "src/split/split.hpp"

#include <string>

#include <nlohmann/json_fwd.hpp>

/// What is told of a split, to people and to programs (docs/split.md, docs/json.md). Pure.
namespace segue::display {

/// "Split: 1200/100000 1.2%; Applied: 12; Backlog: 0; Time: 3s; HeartbeatLag: 0.1s; State: copying"
std::string split_line(const split::progress& at);
nlohmann::json split_fields(const split::progress& at);

/// What a rehearsal found.
std::string split_rehearsal_text(const split::split::rehearsal& found);
nlohmann::json split_rehearsal_fields(const split::split::rehearsal& found);

/// How a run ended.
std::string split_end_text(const split::outcome& done, const split::plan& made);
nlohmann::json split_end_fields(const split::outcome& done, const split::plan& made);

}  // namespace segue::display
