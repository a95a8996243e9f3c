#include "src/verify/verified.hpp"

#include "src/base/error.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace segue::verify {
namespace {

constexpr std::string_view format = "1";

std::string hex_of(std::string_view bytes) {
    std::string text;
    for (const char one : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(one));
    return text;
}

template <typename Number>
Number number_in(std::string_view text, int base) {
    Number number = 0;
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (failure != std::errc() || end != text.data() + text.size())
        throw error("the state of a verification cannot be read: " + std::string(text));
    return number;
}

std::string bytes_in(std::string_view hex) {
    if (hex.size() % 2 != 0) throw error("the state of a verification cannot be read");
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(number_in<unsigned char>(hex.substr(i, 2), 16));
    return bytes;
}

}  // namespace

std::string state_of(const verified& of) {
    return fmt::format("{} {} {} {} {} {} {} {}", format, of.done ? 1 : 0, of.rows, of.ranges,
                       of.skipped, of.ranges_looked_into, of.changed_meanwhile,
                       of.up_to ? "=" + hex_of(of.up_to->encoded) : "-");
}

verified go_on_from(std::string_view state) {
    std::array<std::string_view, 8> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t space = state.find(' ');
        parts.at(i) = state.substr(0, space);
        const bool last = i + 1 == parts.size();
        if (last != (space == state.npos))
            throw error("the state of a verification cannot be read");
        if (!last) state.remove_prefix(space + 1);
    }
    if (parts[0] != format)
        throw error("the state of a verification is of another format: " + std::string(parts[0]));
    const auto number = [&](std::size_t i) { return number_in<std::uint64_t>(parts.at(i), 10); };
    verified made{.up_to = std::nullopt,
                  .done = number(1) != 0,
                  .rows = number(2),
                  .ranges = number(3),
                  .skipped = number(4),
                  .ranges_looked_into = number(5),
                  .changed_meanwhile = number(6),
                  .differences = {}};
    if (parts[7].starts_with('=')) made.up_to = keys::key_value{bytes_in(parts[7].substr(1))};
    return made;
}

}  // namespace segue::verify
