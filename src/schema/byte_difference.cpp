#include "src/schema/byte_difference.hpp"

#include <fmt/format.h>

namespace segue::schema {

// A moment in an hour that comes twice prints as the other one does; of a FLOAT some digits are
// left out; 1 and 1.0 are equal as JSON, and 0 and -0 as numbers.
std::string differ_as_bytes(const column& of, const std::string& a, const std::string& b) {
    if (of.data_type == "timestamp")
        return fmt::format("(NOT (UNIX_TIMESTAMP({})<=>UNIX_TIMESTAMP({})))", a, b);
    const std::string texts = fmt::format("(CAST({} AS BINARY)<=>CAST({} AS BINARY))", a, b);
    if (of.data_type == "float" || of.data_type == "double" || of.data_type == "json")
        return fmt::format("(NOT ({}<=>{} AND {}))", a, b, texts);
    return fmt::format("(NOT {})", texts);
}

}  // namespace segue::schema
