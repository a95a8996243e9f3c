#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace segue::binlog::fuzz {

/// What the first byte of an input makes the rest of it.
enum class input_kind : std::uint8_t {
    stream_by_gtid,  ///< Events without checksums, positions in GTIDs.
    stream_by_file,
    gtid_text,
    gtid_bytes,
    statement_text
};
constexpr unsigned input_kinds = 5;

/// Feeds one input to its decoder. Errors of the decoder are swallowed, everything else is not.
void run_input(std::span<const std::uint8_t> input);

/// Inputs made from the recordings below `data_directory`, and a few texts.
std::vector<std::vector<std::uint8_t>> seeds(const std::string& data_directory);

}  // namespace segue::binlog::fuzz
