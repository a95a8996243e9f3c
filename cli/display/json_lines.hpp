#pragma once

#include "cli/display/ending.hpp"
#include "cli/display/hint_block.hpp"
#include "src/migration/observer.hpp"
#include "src/migration/progress.hpp"
#include "src/migration/settings.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// What a run tells with --json: one JSON object each, on one line, without its end. docs/json.md
/// has them field by field.
namespace segue::display::json_line {

std::string hint(const hints& of);
std::string status(const migration::progress& at);
std::string phase(migration::phase entered);
std::string notice(std::string_view text);
std::string attempt(const migration::attempt& made);
std::string swapped(const migration::outcome& made);
/// As migration::observer::on_altered_instantly() is told.
std::string altered_instantly(std::chrono::milliseconds waited);
/// What was also answered to a command.
std::string answer(std::string_view text);
std::string rehearsal(const preflight::plan& made, const migration::settings& with,
                      const std::vector<std::string>& warnings);
std::string outcome(const ending& last);

}  // namespace segue::display::json_line
