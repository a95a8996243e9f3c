#pragma once

#include <array>
#include <string_view>

/// The headings under which --help and docs/flags.md list flags.
namespace segue::cli::flag_group {

constexpr std::string_view connection = "Connection";
constexpr std::string_view change = "The change";
constexpr std::string_view triggers = "Triggers";
constexpr std::string_view copying = "Copying and verifying";
constexpr std::string_view throttling = "Throttling";
constexpr std::string_view cut_over = "Cut-over";
constexpr std::string_view tables = "Tables left from earlier runs";
constexpr std::string_view stream = "Binary log";
constexpr std::string_view interactive = "Commands to a running migration";
constexpr std::string_view hooking = "Hooks";
constexpr std::string_view telling = "Metrics";
constexpr std::string_view later = "Going on from an earlier run, and the way back";
constexpr std::string_view output = "Output and help";

/// In the order in which they are listed.
inline constexpr std::array all_groups{connection, change, triggers, copying,     throttling,
                                       cut_over,   tables, stream,   interactive, hooking,
                                       telling,    later,  output};

}  // namespace segue::cli::flag_group
