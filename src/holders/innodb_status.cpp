#include "src/holders/innodb_status.hpp"

#include <charconv>

namespace segue::holders {

std::optional<std::map<std::uint64_t, bool>> read_views(std::string_view status) {
    constexpr std::string_view cut = "... truncated...";
    constexpr std::string_view begins = "LIST OF TRANSACTIONS FOR EACH SESSION:";
    constexpr std::string_view transaction = "---TRANSACTION ";
    constexpr std::string_view thread = "MySQL thread id ";
    constexpr std::string_view view = "Trx read view will not see trx with id";
    constexpr std::string_view end = "--------";
    const std::size_t at = status.find(begins);
    if (at == std::string_view::npos || status.find(cut) != std::string_view::npos)
        return std::nullopt;
    std::map<std::uint64_t, bool> found;
    bool* has_view = nullptr;  // of the transaction whose lines these are
    std::string_view rest = status.substr(at + begins.size());
    while (!rest.empty()) {
        const std::size_t line_end = rest.find('\n');
        const std::string_view line = rest.substr(0, line_end);
        rest = line_end == std::string_view::npos ? std::string_view() : rest.substr(line_end + 1);
        if (line == end) return found;
        if (line.starts_with(transaction)) {
            has_view = nullptr;
        } else if (line.starts_with(thread)) {
            std::uint64_t id = 0;
            const std::string_view number = line.substr(thread.size());
            const auto read = std::from_chars(number.data(), number.data() + number.size(), id);
            if (read.ec != std::errc()) return std::nullopt;
            has_view = &found.emplace(id, false).first->second;
        } else if (line.starts_with(view) && has_view != nullptr) {
            *has_view = true;
        }
    }
    return std::nullopt;  // the section has no end
}

}  // namespace segue::holders
