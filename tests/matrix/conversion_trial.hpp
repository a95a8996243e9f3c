#pragma once

#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"
#include "tests/matrix/column_types.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace segue::matrix {

/// What became of one value: printed exactly, or the error number of the refusal.
struct answer {
    std::string printed;  ///< "NULL", or digits and letters.
    int refused = 0;      ///< MySQL's error number; 0: not refused.

    bool operator==(const answer& other) const {
        return (refused != 0) == (other.refused != 0) && (refused != 0 || printed == other.printed);
    }
};

using answers = std::map<std::uint64_t, answer>;  // by the id of the value

/// An expression that prints each value of a column of this type in a way of its own.
std::string printed_exactly(const std::string& data_type, const std::string& name);

/// A table `id`, `c` of one type with its values, and what the server says of the column.
struct typed_table {
    table_name name;
    std::string definition;
    schema::column column;
    std::vector<std::string> literals;  ///< Of the value with the id of its index + 1.
    std::vector<std::uint64_t> ids;     ///< Of the values that the type took, in order.
};

/// Makes the table; nullopt when the server has no such type.
std::optional<typed_table> make_table(db::session& session, const table_name& name,
                                      const source_type& type);

/// Converts all values of a table to another type, by two ways that share nothing but the server.
/// Threads: one at a time; each has an instance of its own.
class conversion_trial {
  public:
    /// `today` is the day that ALTER TABLE takes for the current one.
    conversion_trial(const test::sandbox_server& server, const std::string& schema,
                     const std::string& today);

    /// By ALTER TABLE, as an operator runs it. nullopt: it refuses the types as such.
    std::optional<answers> by_alter(const typed_table& from, const typed_table& to,
                                    const std::string& sql_mode);
    /// By INSERT ... SELECT of this expression, in a session as Segue's.
    answers by_insert(const typed_table& from, const typed_table& to,
                      const std::string& expression);

  private:
    test::application_session operator_;
    db::session ours_;
};

}  // namespace segue::matrix
