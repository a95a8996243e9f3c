#pragma once

#include "src/schema/table_definition.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

/// SQL texts about values of one column's type. Pure; none holds an alias of a table.
namespace segue::verify {

bool one_of(std::string_view type, std::initializer_list<std::string_view> types);

bool is_numbered(const schema::column& of);  ///< ENUM, SET: the number of a member is stored.
bool has_text(const schema::column& of);     ///< Characters of a character set.
bool is_geometry(const schema::column& of);

std::string as_bytes(const std::string& text);

/// The value in a form that costs little, and in which equal means the same bytes, for all types
/// but those that are_same() looks at more closely.
std::string comparable(const schema::column& of, const std::string& value);

/// Whether two values, both in the form of comparable(), are one; never NULL.
std::string are_same(const schema::column& of, const std::string& one, const std::string& other);

/// The value as text, for a digest: different values differ, and NULL is NULL.
std::string printable(const schema::column& of, const std::string& value);

}  // namespace segue::verify
