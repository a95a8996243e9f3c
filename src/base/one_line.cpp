#include "src/base/one_line.hpp"

#include <algorithm>

namespace segue {

std::string in_one_line(std::string_view sql) {
    std::string line;
    while (!sql.empty()) {
        const std::size_t end = std::min(sql.find('\n'), sql.size());
        line += sql.substr(0, end);
        sql.remove_prefix(end);
        const std::size_t next = std::min(sql.find_first_not_of("\n "), sql.size());
        if (next == 0) continue;
        line.erase(line.find_last_not_of(' ') + 1);
        if (next < sql.size()) line += ' ';
        sql.remove_prefix(next);
    }
    return line;
}

}  // namespace segue
