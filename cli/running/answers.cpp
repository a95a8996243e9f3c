#include "cli/running/answers.hpp"

#include "src/base/log.hpp"
#include "src/control/command.hpp"

#include <nlohmann/json.hpp>

namespace segue::cli {

std::string_view asked_in(std::string_view line) {
    return line.starts_with(as_json) ? line.substr(as_json.size()) : line;
}

std::string command_named_in(std::string_view line) {
    return control::parse_command(asked_in(line)).name;
}

std::string formed(std::string_view line, bool done, const std::string& text) {
    if (!line.starts_with(as_json)) return text;
    const nlohmann::json made{{"ok", done}, {"answer", text}};
    return made.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string refused_answer(std::string_view line, const std::string& why) {
    return formed(line, /*done=*/false, why + "\n");
}

// Not by log::write(): who reads stderr may stand still, and commands have to be taken.
void tell_command(const std::string& text) {
    log::write_at_once(log::level::warning, text + ", by a command on the socket");
}

}  // namespace segue::cli
