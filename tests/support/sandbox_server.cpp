#include "tests/support/sandbox_server.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <unistd.h>

namespace segue::tests {
namespace {

std::string quoted_word(const std::string& word) {
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

// The script's standard output. Its standard error goes to the test's.
std::string sandbox(const std::vector<std::string>& arguments) {
    std::string line = quoted_word(SEGUE_SOURCE_DIR "/scripts/sandbox");
    for (const auto& argument : arguments) line += ' ' + quoted_word(argument);
    FILE* pipe = popen(line.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + line);
    std::string output;
    std::array<char, 4096> block{};
    for (std::size_t count = 0; (count = fread(block.data(), 1, block.size(), pipe)) > 0;)
        output.append(block.data(), count);
    if (pclose(pipe) != 0) throw std::runtime_error("failed: " + line);
    return output;
}

}  // namespace

sandbox_server::sandbox_server(const std::string& purpose, const settings& with)
    : name_(purpose + std::to_string(getpid())) {
    std::vector<std::string> arguments{"start", name_};
    if (!with.version.empty()) arguments.insert(arguments.end(), {"--version", with.version});
    if (!with.replica_of.empty())
        arguments.insert(arguments.end(), {"--replica-of", with.replica_of});
    if (!with.options.empty()) arguments.emplace_back("--");
    arguments.insert(arguments.end(), with.options.begin(), with.options.end());
    sandbox(arguments);
    read_values();
}

sandbox_server::~sandbox_server() {
    try {
        sandbox({"stop", name_});
    } catch (const std::runtime_error& failed) {
        std::fprintf(stderr, "%s\n", failed.what());
    }
}

void sandbox_server::read_values() {
    const auto lines = sandbox({"env", name_});
    for (std::size_t at = 0; at < lines.size();) {
        const auto end = lines.find('\n', at);
        const auto line = lines.substr(at, end - at);
        if (const auto equals = line.find('='); equals != std::string::npos)
            values_[line.substr(0, equals)] = line.substr(equals + 1);
        if (end == std::string::npos) break;
        at = end + 1;
    }
}

wire::connection_options sandbox_server::over_tcp() const {
    wire::connection_options options;
    options.server.host = value("SEGUE_HOST");
    options.server.port = static_cast<std::uint16_t>(std::stoi(value("SEGUE_PORT")));
    options.user = value("SEGUE_USER");
    options.password = value("SEGUE_PASSWORD");
    return options;
}

wire::connection_options sandbox_server::over_socket() const {
    auto options = over_tcp();
    options.server.socket = value("SEGUE_SOCKET");
    return options;
}

void sandbox_server::crash() {
    sandbox({"kill", name_});
}

void sandbox_server::resume() {
    sandbox({"resume", name_});
    read_values();
}

}  // namespace segue::tests
