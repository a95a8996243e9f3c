#include "src/backfill/may_change.hpp"

#include "src/base/error.hpp"
#include "src/schema/byte_difference.hpp"
#include "src/schema/key_column.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>

namespace segue::backfill {
namespace {

using schema::column;

constexpr std::string_view whole_number = "^-?[0-9]+([.]0+)?$";
constexpr std::string_view decimal_number = "^-?[0-9]+([.][0-9]+)?$";
constexpr std::string_view any_number = "^-?[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?$";
constexpr std::string_view date_or_moment = "^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]+)?$";
constexpr std::string_view time_of_day = "^-?[0-9]+:[0-9]{2}:[0-9.]+$";

// The column and what is assigned to it, in forms that can be compared.
class compared {
  public:
    compared(const column& of, const std::string& name, const std::string& expression)
        : of_(of), name_(name), expression_(expression) {}

    std::string equal() const {
        const std::string_view type = of_.data_type;
        if (schema::is_integer(of_)) return any_of({same_text(), as_decimal(whole_number, 0)});
        if (type == "decimal") return any_of({same_text(), as_decimal(decimal_number, scale())});
        if (type == "float") return any_of({both_null(), as_real("FLOAT")});
        if (type == "double") return any_of({same_text(), as_real("DOUBLE")});
        if (type == "year") return same_text();
        if (one_of({"date", "datetime", "timestamp", "time"})) return as_moment();
        if (one_of({"enum", "set"})) return any_of({both_null(), as_member()});
        if (type == "json") return as_json();
        if (type == "binary") return any_of({same_bytes(), as_padded()});
        if (takes_bytes()) return same_bytes();
        if (!of_.collation.empty()) return as_characters();
        return both_null();  // BIT among them, whose text is its bytes.
    }

  private:
    bool one_of(std::initializer_list<std::string_view> types) const {
        return std::ranges::find(types, std::string_view(of_.data_type)) != types.end();
    }
    bool takes_bytes() const {
        return one_of({"varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry",
                       "point", "linestring", "polygon", "multipoint", "multilinestring",
                       "multipolygon", "geomcollection", "geometrycollection", "vector"});
    }
    // "(6)" of "datetime(6)"; empty where there is none.
    std::string digits() const {
        const auto open = of_.column_type.find('(');
        return open == std::string::npos
                   ? ""
                   : of_.column_type.substr(open, of_.column_type.find(')') + 1 - open);
    }
    unsigned scale() const {
        const auto numbers = schema::numbers_of(of_.column_type);
        return numbers.size() > 1 ? numbers[1] : 0;
    }

    static std::string any_of(std::initializer_list<std::string> conditions) {
        return fmt::format("({})", fmt::join(conditions, " OR "));
    }
    static std::string text(const std::string& value) {
        return fmt::format("CONVERT({} USING utf8mb4) COLLATE utf8mb4_0900_bin", value);
    }
    std::string looks_like(std::string_view pattern) const {
        return fmt::format("{} REGEXP '{}'", text(expression_), pattern);
    }

    std::string both_null() const {
        return fmt::format("({} IS NULL AND {} IS NULL)", name_, expression_);
    }
    std::string same_text() const {
        return fmt::format("({}<=>{})", text(name_), text(expression_));
    }
    std::string same_bytes() const {
        return fmt::format("(CAST({} AS BINARY)<=>CAST({} AS BINARY))", name_, expression_);
    }
    // What is no plain number is left to the server: CAST takes it for 0.
    std::string as_decimal(std::string_view pattern, unsigned digits_behind) const {
        return fmt::format("({0} AND CAST({1} AS DECIMAL(65,{3}))=CAST({2} AS DECIMAL(65,{3})))",
                           looks_like(pattern), name_, expression_, digits_behind);
    }
    // The first characters: 0 and -0 are equal, and other bytes.
    std::string as_real(std::string_view type) const {
        return fmt::format("({} AND {}=CAST({} AS {}) AND LEFT({},1)=LEFT({},1))",
                           looks_like(any_number), name_, expression_, type, text(name_),
                           text(expression_));
    }
    // A moment in an hour that comes twice prints as the other one does.
    std::string as_moment() const {
        const std::string_view type = of_.data_type;
        const bool time = type == "time";
        const std::string cast = type == "date" ? "DATE"
                                 : time         ? "TIME" + digits()
                                                : "DATETIME" + digits();
        std::string equal =
            any_of({same_text(), fmt::format("({} AND {}=CAST({} AS {}))",
                                             looks_like(time ? time_of_day : date_or_moment), name_,
                                             expression_, cast)});
        if (type != "timestamp") return equal;
        return fmt::format("({} AND (UNIX_TIMESTAMP({})<=>UNIX_TIMESTAMP({})))", equal, name_,
                           expression_);
    }
    // A label of digits may be meant by its text, or be another one's number.
    std::string as_member() const {
        return fmt::format("({}={} AND NOT {} REGEXP '^[0-9]*$')", text(name_), text(expression_),
                           text(name_));
    }
    // Equal texts may be of values of different types, which are not equal as JSON.
    std::string as_json() const {
        return fmt::format(
            "CASE WHEN {1} IS NULL THEN {0} IS NULL WHEN JSON_VALID({1}) THEN "
            "({2}<=>{3} AND {0}=CAST({1} AS JSON)) ELSE FALSE END",
            name_, expression_, text(name_), text(fmt::format("CAST({} AS JSON)", expression_)));
    }
    std::string as_padded() const {
        const auto numbers = schema::numbers_of(of_.column_type);
        const unsigned length = numbers.empty() ? 1 : numbers.front();
        return fmt::format("(LENGTH({1})<{2} AND {0}=CAST({1} AS BINARY({2})))", name_, expression_,
                           length);
    }
    // Several characters of some character sets are one in Unicode, and what a character set has
    // not becomes a question mark: both forms have to be equal. Blanks at the end of CHAR are cut.
    std::string as_characters() const {
        const std::string_view charset = schema::charset_of(of_.collation);
        const auto cut = [&](const std::string& value) {
            return of_.data_type == "char" ? fmt::format("RTRIM({})", value) : value;
        };
        std::string unicode =
            fmt::format("({}<=>{})", text(name_),
                        cut(fmt::format("CONVERT({} USING utf8mb4)", expression_)) +
                            " COLLATE utf8mb4_0900_bin");
        if (charset == "utf8mb4") return unicode;
        return fmt::format("({} AND CAST({} AS BINARY)<=>CAST({} AS BINARY))", unicode, name_,
                           cut(fmt::format("CONVERT({} USING {})", expression_, charset)));
    }

    const column& of_;
    const std::string& name_;
    const std::string& expression_;
};

// 0x31, 0b1, x'31', b'1'.
bool is_of_bits(const sql::sql_token& token) {
    const auto begins = [&](std::string_view with) { return token.text.starts_with(with); };
    if (token.kind == sql::token_kind::number) return begins("0x") || begins("0b");
    return token.kind == sql::token_kind::string &&
           (begins("x'") || begins("X'") || begins("b'") || begins("B'"));
}

}  // namespace

bool is_more_than_its_text(const schema::set_column& set, const schema::table_definition& table) {
    const auto is_of_such = [&](const std::string& name) {
        const column* const read = table.find_column(name);
        return read != nullptr &&
               (read->data_type == "enum" || read->data_type == "set" || read->data_type == "bit");
    };
    if (std::ranges::any_of(set.reads, is_of_such)) return true;
    return std::ranges::any_of(sql::tokenize(set.asked).tokens, is_of_bits);
}

namespace {

// The column that the expression is, and nothing besides; nullptr: it is another one.
const column* column_alone(const schema::set_column& set, const schema::table_definition& table) {
    const auto tokens = sql::tokenize(set.asked).tokens;
    return tokens.size() == 1 && tokens.front().is_identifier() && set.reads.size() == 1
               ? table.find_column(set.reads.front())
               : nullptr;
}

}  // namespace

std::string may_change(const schema::set_column& set, const schema::table_definition& table,
                       const std::string& name) {
    const column* const to = table.find_column(set.target);
    require(to != nullptr, "a column that is set is there");
    const column* const from = column_alone(set, table);
    if (from != nullptr && from->column_type == to->column_type &&
        from->collation == to->collation && from->srid == to->srid)
        return schema::differ_as_bytes(*to, name, set.expression);
    return is_more_than_its_text(set, table) ? "TRUE" : may_change(*to, name, set.expression);
}

std::string may_change(const schema::column& of, const std::string& name,
                       const std::string& expression) {
    return fmt::format("({} IS NOT TRUE)", compared(of, name, expression).equal());
}

}  // namespace segue::backfill
