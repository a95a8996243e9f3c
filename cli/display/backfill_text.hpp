#pragma once

#include "src/backfill/backfill.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

/// What is told of a backfill, to people and to programs (docs/backfill.md, docs/json.md). Pure.
namespace segue::display {

/// "Backfill: 1200/100000 1.2%; Changed: 1200; Locked: 0; Time: 3s; State: walk; ETA: 4m0s"
std::string backfill_line(const backfill::progress& at);
/// How far it is, in the phase that it is in.
double backfill_percent(const backfill::progress& at);
nlohmann::json backfill_fields(const backfill::progress& at);

/// What a rehearsal found.
std::string backfill_rehearsal_text(const backfill::backfill::rehearsal& found);
nlohmann::json backfill_rehearsal_fields(const backfill::backfill::rehearsal& found);

/// What a run did, and what the rows hold at its end.
std::string backfill_end_text(const backfill::outcome& done, const backfill::plan& made);
nlohmann::json backfill_end_fields(const backfill::outcome& done, const backfill::plan& made);

}  // namespace segue::display
