#pragma once

#include "cli/display/hint_block.hpp"
#include "src/migration/progress.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

/// What several of the texts for programs say in the same words: docs/json.md.
namespace segue::display {

/// Where a run stands, as an object.
nlohmann::json fields_of(const migration::progress& at);
/// Settings that can be changed while it runs, by the names of their commands.
nlohmann::json fields_of_settings(const hints& known);
/// "2026-11-27T09:23:19.042Z"
std::string time_text(std::chrono::system_clock::time_point at);
/// Seconds with fractions, or null.
nlohmann::json seconds_or_null(const std::optional<std::chrono::milliseconds>& duration);
/// On one line, without its end. What is no UTF-8 is replaced.
std::string text_of(const nlohmann::json& made);

}  // namespace segue::display
