#include "src/verify/value_forms.hpp"

#include "src/schema/key_column.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::verify {
namespace {

using schema::column;

// A collation of bytes; of utf8mb4's others most take blanks at the end for nothing.
std::string json_text(const std::string& value) {
    return fmt::format("CAST({} AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin", value);
}

// The text shows neither whether a string is a date nor of which type a number is. `=` goes by the
// types of strings, and takes numbers for one that are printed otherwise, as -0.0 and 0.0. The size
// tells most numbers of other types apart that are printed alike: copying takes the stored form
// over as it is. A document that was updated in place has holes; within another one it is made anew
// without. https://dev.mysql.com/doc/refman/8.4/en/json.html#json-comparison and
// #json-partial-updates
std::string are_same_json(const std::string& one, const std::string& other) {
    return fmt::format(
        "({0}<=>{1} AND {2}<=>{3} AND (JSON_STORAGE_SIZE({0})<=>JSON_STORAGE_SIZE({1}) OR "
        "JSON_STORAGE_SIZE(JSON_ARRAY({0}))<=>JSON_STORAGE_SIZE(JSON_ARRAY({1}))))",
        one, other, json_text(one), json_text(other));
}

// All that is in the document, each with its type: the order is that of the document.
std::string json_types(const std::string& value, std::string_view path) {
    return fmt::format(
        "COALESCE((SELECT SHA2(JSON_OBJECTAGG(CAST(part.n AS CHAR),JSON_TYPE(part.v)),256) FROM "
        "JSON_TABLE({},'{}' COLUMNS(n FOR ORDINALITY,v JSON PATH '$')) part),'')",
        value, path);
}

}  // namespace

bool one_of(std::string_view type, std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_numbered(const column& of) {
    return one_of(of.data_type, {"enum", "set"});
}

bool has_text(const column& of) {
    return !of.collation.empty() && !is_numbered(of) && of.data_type != "json";
}

bool is_geometry(const column& of) {
    return one_of(of.data_type,
                  {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring",
                   "multipolygon", "geomcollection", "geometrycollection"});
}

std::string as_bytes(const std::string& text) {
    return fmt::format("CAST({} AS BINARY)", text);
}

// Moments that an hour which comes twice prints alike are told apart by their number; most
// collations that go by bytes take blanks at the end for nothing, utf8mb4's alone does not.
// https://dev.mysql.com/doc/refman/8.4/en/charset-binary-collations.html
std::string comparable(const column& of, const std::string& value) {
    if (of.data_type == "timestamp") return fmt::format("UNIX_TIMESTAMP({})", value);
    if (is_numbered(of)) return fmt::format("({}+0)", value);
    if (is_geometry(of) || of.data_type == "vector") return as_bytes(value);
    if (!has_text(of)) return value;
    return schema::charset_of(of.collation) == "utf8mb4" ? value + " COLLATE utf8mb4_0900_bin"
                                                         : as_bytes(value);
}

// -0 and 0 are equal, and two values: ATAN2 takes them for the two sides of the same half axis.
std::string are_same(const column& of, const std::string& one, const std::string& other) {
    if (of.data_type == "json") return are_same_json(one, other);
    if (one_of(of.data_type, {"float", "double"}))
        return fmt::format("({0}<=>{1} AND ATAN2({0},-1)<=>ATAN2({1},-1))", one, other);
    return fmt::format("{}<=>{}", one, other);
}

// FLOAT prints fewer digits than it has.
std::string printable(const column& of, const std::string& value) {
    if (of.data_type == "timestamp") return fmt::format("UNIX_TIMESTAMP({})", value);
    if (is_numbered(of) || of.data_type == "bit") return fmt::format("({}+0)", value);
    if (of.data_type == "float") return fmt::format("({}*1e0)", value);
    if (of.data_type == "json")
        return fmt::format("CONCAT(SHA2({},256),JSON_TYPE({}),{},{})", json_text(value), value,
                           json_types(value, "$**.*"), json_types(value, "$**[*]"));
    return value;
}

}  // namespace segue::verify
