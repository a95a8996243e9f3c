#include "tests/fuzz/target.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>

namespace segue::fuzz {

std::span<const target> targets() {
    static constexpr std::array all = {
        target{"alter", run_alter, alter_seeds},
        target{"command", run_command, command_seeds},
        target{"event_stream", run_event_stream, event_stream_seeds, 20'000},
        target{"gtid_set", run_gtid_set, gtid_set_seeds},
        target{"http_answer", run_http_answer, http_answer_seeds},
        target{"key", run_key, key_seeds, 512},
        target{"option_file", run_option_file, option_file_seeds, 512},
        target{"option_value", run_option_value, option_value_seeds, 512},
        target{"payload", run_payload, payload_seeds, 1024},
        target{"saved_state", run_saved_state, saved_state_seeds},
        target{"statement", run_statement, statement_seeds},
        target{"tokenizer", run_tokenizer, tokenizer_seeds},
        target{"wire", run_wire, wire_seeds},
    };
    return all;
}

const target* find_target(std::string_view name) {
    const auto all = targets();
    const auto found = std::ranges::find(all, name, &target::name);
    return found == all.end() ? nullptr : &*found;
}

void must(bool holds, std::string_view what) {
    if (holds) return;
    std::cerr << "not so: " << what << "\n";
    std::abort();
}

bool readable(const std::string& from, void (*read)(const std::string&)) {
    try {
        read(from);
        return true;
    } catch (const error&) {
        return false;
    }
}

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<input> inputs_of(std::initializer_list<std::string_view> texts) {
    std::vector<input> all;
    for (const std::string_view text : texts) {
        const std::span<const char> letters(text);
        const auto bytes = std::as_bytes(letters);
        all.emplace_back(bytes.begin(), bytes.end());
    }
    return all;
}

std::vector<input> inputs_of(unsigned choice, std::initializer_list<std::string_view> texts) {
    std::vector<input> all = inputs_of(texts);
    for (input& one : all) one.insert(one.begin(), static_cast<std::byte>(choice));
    return all;
}

std::size_t taken_choice(std::span<const std::byte>& bytes, std::size_t choices) {
    if (bytes.empty()) return 0;
    const auto first = std::to_integer<std::size_t>(bytes.front());
    bytes = bytes.subspan(1);
    return first % choices;
}

}  // namespace segue::fuzz
