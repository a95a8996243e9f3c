#pragma once

#include "cli/display/ending.hpp"
#include "cli/display/run_record.hpp"
#include "src/migration/migration.hpp"

#include <string>

namespace segue::display {

/// What --report writes of a run that has ended, or is ended now: one JSON document, with its line
/// end. docs/json.md has it field by field. `segue_version`: as --version prints it.
std::string report_of(const recorded& done, const migration::migration& job,
                      const migration::settings& with, const ending& last,
                      const std::string& segue_version);

/// The same of a run that ended before it began, as its flags were refused.
std::string report_of(const ending& last, const std::string& segue_version);

}  // namespace segue::display
