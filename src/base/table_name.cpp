#include "src/base/table_name.hpp"

#include "src/base/table_naming.hpp"

namespace segue {

std::string quoted_name(std::string_view identifier) {
    std::string out = "`";
    for (const char c : identifier) {
        if (c == '`') out += '`';
        out += c;
    }
    return out += '`';
}

std::string quoted_literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        switch (c) {
            case '\'':
                out += "''";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\0':
                out += "\\0";
                break;
            default:
                out += c;
        }
    }
    return out += '\'';
}

migration_tables migration_tables::of(const table_name& original) {
    return tables_beside(original, {});
}

}  // namespace segue
