#include "src/control/command.hpp"

#include "tests/fuzz/target.hpp"

#include <string>
#include <string_view>

namespace segue::fuzz {
namespace {

using control::command;
using control::parse_command;
using control::unquoted;

// As Go quotes a text; only bytes that could be taken for something else are escaped.
std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string made = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\' || byte < 0x20)
            made += {'\\', 'x', digits[byte / 16U], digits[byte % 16U]};
        else
            made += c;
    }
    return made + "\"";
}

}  // namespace

// A line that somebody sent to a migration's socket.
void run_command(std::span<const std::byte> bytes) {
    const std::string line = text_of(bytes);
    const command read = parse_command(line);
    must(read.name.find('=') == read.name.npos, "a name ends at the first =");
    must(read.argument.has_value() == (line.find('=') != line.npos),
         "there is an argument where there is a =");
    must(line.find(read.name) != line.npos, "a name stands in the line");
    must(read.argument.value_or("").size() <= line.size(), "no escape is shorter than its meaning");
    must(unquoted(quoted(line)) == line, "what was quoted is what it was");
    must(parse_command("name=" + quoted(line)).argument == line, "so is an argument in quotes");
}

std::vector<input> command_seeds() {
    return inputs_of({"status", "=", "  max-load = Threads_running=25,Threads_connected=100 ",
                      "throttle-query=\"SELECT 'a b' = \\\"c\\\"\"", "throttle-query=`SELECT \\n`",
                      "throttle='t'", "chunk-size=?",
                      "x=\"\\a\\b\\f\\n\\r\\t\\v\\\\\\x41\\101\\u00e9\"",
                      "x=\"\\U0001F600\\ud800\\U00110000\\400\"", "json panic=orders\r"});
}

}  // namespace segue::fuzz
