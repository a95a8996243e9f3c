#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Hostile bytes for whatever reads what Segue has not written itself. A target is one function
/// over one input; it is run on mutated seeds in every build (driver.cpp), and by libFuzzer
/// (libfuzzer_entry.cpp, scripts/fuzz).
namespace segue::fuzz {

using input = std::vector<std::byte>;

/// One reader of foreign bytes, and what must hold of it.
struct target {
    std::string_view name;  ///< Also of its folder in tests/fuzz/corpus.
    /// Reads the input. Swallows segue::error, and no other exception; ends the process by must().
    void (*run)(std::span<const std::byte>);
    /// Inputs from which others are made.
    std::vector<input> (*seeds)();
    std::size_t bytes_max = 4096;  ///< Longer inputs find nothing more.
};

/// All of them.
std::span<const target> targets();
/// The target of this name; nullptr: there is none.
const target* find_target(std::string_view name);

/// Ends the process unless `holds`, with `what` should have been so. The process, and not the
/// input: no handler of errors is to take it in.
void must(bool holds, std::string_view what);

/// Reads `from`, and swallows what segue::error says of it. Returns whether it could be read.
bool readable(const std::string& from, void (*read)(const std::string&));

/// The bytes as text.
std::string text_of(std::span<const std::byte> bytes);
/// Texts as inputs, behind a byte that chooses what they are.
std::vector<input> inputs_of(unsigned choice, std::initializer_list<std::string_view> texts);
/// Texts as inputs.
std::vector<input> inputs_of(std::initializer_list<std::string_view> texts);

/// The first byte of an input, which chooses one of `choices`, is taken off it; 0 of an empty one.
std::size_t taken_choice(std::span<const std::byte>& bytes, std::size_t choices);

// The functions of each target, in the file of its name.
void run_alter(std::span<const std::byte> bytes);
std::vector<input> alter_seeds();
void run_command(std::span<const std::byte> bytes);
std::vector<input> command_seeds();
void run_event_stream(std::span<const std::byte> bytes);
std::vector<input> event_stream_seeds();
void run_gtid_set(std::span<const std::byte> bytes);
std::vector<input> gtid_set_seeds();
void run_http_answer(std::span<const std::byte> bytes);
std::vector<input> http_answer_seeds();
void run_key(std::span<const std::byte> bytes);
std::vector<input> key_seeds();
void run_option_file(std::span<const std::byte> bytes);
std::vector<input> option_file_seeds();
void run_option_value(std::span<const std::byte> bytes);
std::vector<input> option_value_seeds();
void run_payload(std::span<const std::byte> bytes);
std::vector<input> payload_seeds();
void run_saved_state(std::span<const std::byte> bytes);
std::vector<input> saved_state_seeds();
void run_statement(std::span<const std::byte> bytes);
std::vector<input> statement_seeds();
void run_tokenizer(std::span<const std::byte> bytes);
std::vector<input> tokenizer_seeds();
void run_wire(std::span<const std::byte> bytes);
std::vector<input> wire_seeds();

}  // namespace segue::fuzz
