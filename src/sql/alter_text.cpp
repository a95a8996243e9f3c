#include "src/sql/alter_text.hpp"

#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/sql/alter_hints.hpp"
#include "src/sql/clause_list.hpp"
#include "src/sql/column_definition.hpp"
#include "src/sql/how_to_run.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/lookalike.hpp"
#include "src/sql/sql_tokenizer.hpp"
#include "src/sql/table_option.hpp"
#include "src/sql/token_cursor.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <span>

#include <fmt/format.h>

namespace segue::sql {
namespace {

// Every server that Segue runs on executes version comments up to this one.
constexpr unsigned oldest_server_version = 80019;

using token_span = std::span<const sql_token>;

/// PARTITION BY and REMOVE PARTITIONING follow the last clause without a comma.
std::size_t partitioning_in(token_span piece) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i + 1 < piece.size(); ++i) {
        if (piece[i].is_symbol('(')) ++depth;
        if (piece[i].is_symbol(')')) --depth;
        if (depth == 0 && (begins_with(piece.subspan(i), "PARTITION", "BY") ||
                           begins_with(piece.subspan(i), "REMOVE", "PARTITIONING")))
            return i;
    }
    return piece.size();
}

/// True if `piece` goes on with what `clause` began: what may be listed behind ORDER BY, and
/// anything behind a clause about partitions, which the server takes alone only.
bool continues(token_span clause, token_span piece) {
    if (clause.size() > 1 && clause[1].is_word("PARTITION")) return true;
    if (!begins_with(clause, "ORDER", "BY")) return false;
    token_cursor at(piece);
    if (!at.accept_identifier()) return false;
    while (at.accept_symbol('.'))
        if (!at.accept_identifier()) return false;
    if (!at.accept_word("ASC")) at.accept_word("DESC");
    return at.done();
}

/// "COLUM (COLUMN?)" where a word behind ADD was read as a column's name and is nearly a keyword.
std::optional<std::string> misspelt_word_of_add(const std::string& word) {
    static const std::vector<std::string> words{"COLUMN",   "INDEX",   "CONSTRAINT", "PRIMARY",
                                                "FULLTEXT", "SPATIAL", "UNIQUE",     "FOREIGN"};
    const auto near = nearest_names(word, words, 1);
    if (near.empty()) return std::nullopt;
    return fmt::format("{} ({}?)", word, near.front());
}

bool is_readable(std::string_view text, tokenizer_options options) {
    try {
        tokenize(text, options);
        return true;
    } catch (const error&) {
        return false;
    }
}

tokenized_sql tokenized(std::string_view text) {
    try {
        return tokenize(text);
    } catch (const error& failure) {
        const error told = failure.in("--alter");
        constexpr std::string_view instead =
            "Whatever the server's sql_mode, Segue reads --alter as without it: write names in "
            "backticks, strings in single quotes, and characters that need a backslash as X'..'";
        if (is_readable(text, {.no_backslash_escapes = true}))
            throw error(fmt::format("{}. Only the sql_mode NO_BACKSLASH_ESCAPES would close it. {}",
                                    told.what(), instead));
        if (is_readable(text, {.ansi_quotes = true}) ||
            is_readable(text, {.ansi_quotes = true, .no_backslash_escapes = true}))
            throw error(fmt::format("{}. Only the sql_mode ANSI_QUOTES would close it. {}",
                                    told.what(), instead));
        throw told;
    }
}

class alter_parser {
  public:
    explicit alter_parser(std::string_view text) : text_(text), sql_(tokenized(text)) {}

    alter_statement run() {
        if (sql_.tokens.empty()) throw error("--alter is empty");
        token_span tokens(sql_.tokens);
        tokens = tokens.subspan(read_head(tokens));
        tokens = cut_at_semicolon(tokens);
        if (tokens.empty()) throw error("--alter names no change");
        if (auto index = read_index_statement(text_, tokens)) {
            refuse_index_statement(tokens, std::move(*index));
            return std::move(statement_);
        }
        take_options_text(tokens);
        refuse_newer_version_comments();
        read_pieces(tokens);
        return std::move(statement_);
    }

  private:
    void refuse(std::string clause, reason_and_remedy why) {
        statement_.refusals.push_back(
            {std::move(clause), std::string(why.reason), std::string(why.remedy)});
    }
    void refuse(token_span clause, reason_and_remedy why) { refuse(text_of(clause), why); }

    std::string text_of(token_span tokens) const {
        if (tokens.empty()) return {};
        const auto from = tokens.front().offset;
        return std::string(text_.substr(from, tokens.back().end() - from));
    }

    const version_comment* comment_around(std::size_t offset) const {
        for (const auto& comment : sql_.version_comments)
            if (comment.offset <= offset && offset < comment.end) return &comment;
        return nullptr;
    }

    /// Reads ALTER TABLE [s.]t, if it is there; the number of its tokens.
    std::size_t read_head(token_span tokens) {
        token_cursor at(tokens);
        if (at.accept_words("ALTER", "IGNORE")) {
            refuse(std::string("ALTER IGNORE"),
                   {"it would drop rows that the new table does not accept", "leave IGNORE out"});
            if (!at.accept_word("TABLE"))
                throw error("--alter: TABLE is missing behind ALTER IGNORE");
        } else if (!at.accept_words("ALTER", "TABLE")) {
            return 0;
        }
        auto name = at.accept_identifier();
        if (!name) throw error("--alter: the table's name is missing behind ALTER TABLE");
        if (at.accept_symbol('.')) {
            statement_.schema = std::move(name);
            name = at.accept_identifier();
            if (!name) throw error("--alter: the table's name is missing behind the schema's");
        }
        statement_.table = std::move(name);
        const auto count = tokens.size() - at.rest().size();
        if (comment_around(tokens[count - 1].offset) != nullptr ||
            comment_around(tokens[0].offset) != nullptr)
            throw error("--alter: write ALTER TABLE and the table's name outside of /*! comments");
        return count;
    }

    /// The table that it names is the statement's, so that whoever follows the hint changes no
    /// other.
    void refuse_index_statement(token_span tokens, index_statement index) {
        const bool other_schema =
            statement_.schema && index.schema && *statement_.schema != *index.schema;
        if (other_schema || (statement_.table && *statement_.table != index.table)) {
            const auto full_name = [](const auto& schema, const std::string& table) {
                return schema ? table_name{*schema, table}.quoted() : quoted_name(table);
            };
            throw error(fmt::format("--alter names two tables, {} and {}",
                                    full_name(statement_.schema, *statement_.table),
                                    full_name(index.schema, index.table)));
        }
        if (index.schema) statement_.schema = std::move(index.schema);
        statement_.table = std::move(index.table);
        const auto reason = fmt::format("{} is a statement of its own", index.name);
        const auto remedy = fmt::format("As a clause of ALTER TABLE it is {}", index.as_clause);
        refuse_clause(tokens, {reason, remedy});
    }

    token_span cut_at_semicolon(token_span tokens) {
        const auto end =
            std::ranges::find_if(tokens, [](const sql_token& t) { return t.is_symbol(';'); });
        const auto count = static_cast<std::size_t>(end - tokens.begin());
        if (end == tokens.end()) return tokens;
        if (comment_around(end->offset) != nullptr)
            throw error("--alter: a semicolon stands inside a /*! comment");
        if (count + 1 < tokens.size())
            refuse(tokens.subspan(count), {"--alter takes one statement", "give each its own run"});
        return tokens.first(count);
    }

    void take_options_text(token_span tokens) {
        options_begin_ = tokens.front().offset;
        if (const auto* comment = comment_around(options_begin_)) options_begin_ = comment->offset;
        auto end = tokens.back().end();
        if (const auto* comment = comment_around(tokens.back().offset)) end = comment->end;
        statement_.options_text = std::string(text_.substr(options_begin_, end - options_begin_));
    }

    void refuse_newer_version_comments() {
        for (const auto& comment : sql_.version_comments)
            if (comment.version > oldest_server_version)
                refuse(std::string(text_.substr(comment.offset, comment.end - comment.offset)),
                       {"whether it is run depends on the server's version",
                        "write it without /*! */, or leave it out"});
    }

    void read_pieces(token_span tokens) {
        // Its commas are not ours.
        if (is_other_statement(tokens)) return refuse_clause(tokens, other_statement);
        const auto pieces = split_at_commas(tokens);
        const auto leaves_out = [](token_span piece) {
            return read_how_to_run(piece.first(partitioning_in(piece))).has_value();
        };
        if (std::ranges::all_of(pieces, [](token_span piece) {
                const auto how = read_how_to_run(piece);
                return how && how->refused == nullptr;
            }))
            throw error(fmt::format(
                "--alter names no change: {} only tells the server how to run one. To rebuild the "
                "table as it is, write ENGINE=InnoDB",
                text_of(tokens)));
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            token_span piece = pieces[i];
            require_something(piece);
            if (leaves_out(piece)) {
                const auto first = i;
                while (i + 1 < pieces.size() && leaves_out(pieces[i + 1])) ++i;
                leave_out(std::span(pieces), first, i);
                continue;
            }
            while (i + 1 < pieces.size() && continues(piece, pieces[i + 1])) {
                ++i;
                piece = {piece.data(), piece.size() + 1 + pieces[i].size()};
            }
            const auto partitioning = partitioning_in(piece);
            if (partitioning > 0) read_piece(piece.first(partitioning));
            if (partitioning < piece.size()) read_partitioning(piece.subspan(partitioning));
        }
    }

    /// The pieces from `first` to `last`, with the comma that is too many then; but for what stands
    /// behind the last of them without a comma.
    void leave_out(std::span<const token_span> pieces, std::size_t first, std::size_t last) {
        for (std::size_t i = first; i <= last; ++i) {
            const auto own = pieces[i].first(partitioning_in(pieces[i]));
            const auto* refused = read_how_to_run(own)->refused;
            if (std::ranges::any_of(own, [this](const sql_token& token) {
                    return comment_around(token.offset) != nullptr;
                }))
                refused = &how_to_run_in_comment;
            if (refused != nullptr)
                refuse_clause(own, *refused);
            else
                add_silently(own, clause_kind::how_to_run);
        }
        const auto partitioning = partitioning_in(pieces[last]);
        const bool more = partitioning < pieces[last].size();
        std::size_t begin = pieces[first].front().offset;
        std::size_t end = pieces[last][partitioning - 1].end();
        if (!more && last + 1 < pieces.size()) {
            require_something(pieces[last + 1]);
            end = pieces[last + 1].front().offset;
        } else if (first > 0) {
            begin = pieces[first - 1].back().end();
        }
        statement_.left_out.push_back({begin - options_begin_, end - begin});
        if (more) read_partitioning(pieces[last].subspan(partitioning));
    }

    static void require_something(token_span piece) {
        if (piece.empty()) throw error("--alter: nothing stands before or behind a comma");
    }

    void read_partitioning(token_span piece) {
        if (begins_with(piece, "REMOVE", "PARTITIONING"))
            return add(piece,
                       piece.size() == 2 ? clause_kind::remove_partitioning : clause_kind::refused);
        add_partitions(piece, clause_kind::partition_by);
    }

    void add_partitions(token_span piece, clause_kind kind) {
        for (std::size_t i = 0; i < piece.size(); ++i) {
            const auto rest = piece.subspan(i);
            if (begins_with(rest, "DATA", "DIRECTORY") || begins_with(rest, "INDEX", "DIRECTORY") ||
                (rest[0].is_word("TABLESPACE") && i > 0))
                return refuse_clause(piece, places_files);
        }
        add_silently(piece, kind);
    }

    /// Over the number or the group that ends a clause; whether it is there, and nothing behind.
    static bool ends_with(token_cursor at, bool in_group) {
        if (at.done() || at.at_symbol('(') != in_group) return false;
        if (!in_group && at.current().kind != token_kind::number) return false;
        at.skip_group();
        return at.done();
    }

    /// Which partitions there are, not what they hold. Word by word: LOCAL and NO_WRITE_TO_BINLOG
    /// would leave replicas without them. False for other clauses.
    bool read_partitions(token_span piece, token_cursor at) {
        bool listed = false;
        if (at.accept_words("ADD", "PARTITION")) {
            const bool count = at.accept_word("PARTITIONS");
            listed = ends_with(at, !count);
        } else if (at.accept_words("COALESCE", "PARTITION")) {
            listed = ends_with(at, false);
        } else if (at.accept_words("REORGANIZE", "PARTITION")) {
            listed = at.accept_identifier().has_value();
            while (listed && at.accept_symbol(',')) listed = at.accept_identifier().has_value();
            listed = listed && at.accept_word("INTO") && ends_with(at, true);
        } else {
            return false;
        }
        if (listed)
            add_partitions(piece, clause_kind::change_partitions);
        else
            add(piece, clause_kind::refused);
        return true;
    }

    void read_piece(token_span piece) {
        if (is_other_statement(piece)) return refuse_clause(piece, other_statement);
        token_cursor at(piece);
        if (read_partitions(piece, at)) return;
        if (at.accept_word("ADD")) return read_add(piece, at);
        if (at.accept_word("DROP")) return read_drop(piece, at);
        if (at.accept_word("CHANGE")) return read_change(piece, at);
        if (at.accept_word("MODIFY")) return read_modify(piece, at);
        if (at.accept_word("ALTER")) return read_alter(piece, at);
        if (at.at_word("RENAME")) return read_rename(piece, at);
        if (at.accept_words("CONVERT", "TO"))
            return add(piece, is_charset(at) ? clause_kind::convert_charset : clause_kind::refused);
        if (at.accept_word("FORCE"))
            return add(piece, at.done() ? clause_kind::force : clause_kind::refused);
        if (at.accept_words("WITHOUT", "VALIDATION"))
            return add(piece, at.done() ? clause_kind::without_validation : clause_kind::refused);
        if (refuse_if_listed(piece)) return;
        read_table_options(piece);
    }

    /// Adds a clause that is nothing but its kind; one that is not on the list is refused here.
    void add(token_span piece, clause_kind kind) {
        if (kind == clause_kind::refused) refuse(piece, unknown_clause);
        add_silently(piece, kind);
    }
    alter_clause& add_silently(token_span piece, clause_kind kind) {
        auto& clause = statement_.clauses.emplace_back();
        clause.kind = kind;
        clause.text = text_of(piece);
        return clause;
    }

    bool refuse_if_listed(token_span piece) {
        const auto* why = refused_by_list(piece);
        if (why != nullptr) refuse_clause(piece, *why);
        return why != nullptr;
    }

    void refuse_clause(token_span piece, reason_and_remedy why) {
        refuse(piece, why);
        add_silently(piece, clause_kind::refused);
    }

    // https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
    void read_add(token_span piece, token_cursor at) {
        if (refuse_if_listed(piece)) return;
        if (read_key_or_check(piece, at)) return;
        at.accept_word("COLUMN");
        if (!at.at_symbol('(')) return read_added_column(piece, at);
        auto group = at;
        group.skip_group();
        if (!group.done()) return add(piece, clause_kind::refused);
        const auto inside = at.rest().subspan(1, at.rest().size() - 2);
        for (const auto element : split_at_commas(inside)) {
            require_something(element);
            token_cursor in(element);
            if (!read_key_or_check(element, in)) read_added_column(element, in);
        }
    }

    void read_added_column(token_span piece, token_cursor at) {
        auto name = at.accept_identifier();
        if (!name || at.done()) return add(piece, clause_kind::refused);
        read_definition(piece, at, clause_kind::add_column, std::move(*name), {});
    }

    void read_definition(token_span piece, token_cursor at, clause_kind kind, std::string column,
                         std::string renamed_from) {
        const auto definition = read_column_definition(at.rest());
        for (const sql_token& name : definition.constraint_names) {
            auto& check = add_silently(piece, clause_kind::add_check);
            check.name = unquote(name);
            check.name_span = span_of(name);
        }
        auto& clause = add_silently(piece, kind);
        clause.column = std::move(column);
        clause.renamed_from = std::move(renamed_from);
        clause.auto_increment = definition.auto_increment;
        clause.primary_key = definition.primary_key;
        if (definition.references) refuse(piece, adds_foreign_key);
        if (definition.auto_increment && kind == clause_kind::add_column)
            refuse(piece, adds_auto_increment);
        if (!definition.unknown_word) return;
        const auto misspelt =
            kind == clause_kind::add_column ? misspelt_word_of_add(clause.column) : std::nullopt;
        refuse(misspelt.value_or(*definition.unknown_word) + " in " + text_of(piece),
               unknown_attribute);
    }

    /// What may stand behind ADD, and in its parentheses, beside columns.
    bool read_key_or_check(token_span piece, token_cursor at) {
        std::optional<std::string> symbol;
        text_span span;
        const bool constraint = at.accept_word("CONSTRAINT");
        if (constraint && !at.at_word("PRIMARY") && !at.at_word("UNIQUE") &&
            !at.at_word("FOREIGN") && !at.at_word("CHECK") && at.at_identifier()) {
            span = span_of(at.current());
            symbol = at.accept_identifier();
        }
        auto kind = clause_kind::refused;
        if (at.accept_words("FOREIGN", "KEY")) {
            refuse_clause(piece, adds_foreign_key);
            return true;
        }
        if (at.accept_words("PRIMARY", "KEY")) {
            kind = clause_kind::add_primary_key;
        } else if (at.accept_word("CHECK")) {
            kind = clause_kind::add_check;
        } else if (at.accept_word("UNIQUE") ||
                   (!constraint && (at.accept_word("FULLTEXT") || at.accept_word("SPATIAL")))) {
            if (!at.accept_word("INDEX")) at.accept_word("KEY");
            kind = clause_kind::add_index;
        } else if (!constraint && (at.accept_word("INDEX") || at.accept_word("KEY"))) {
            kind = clause_kind::add_index;
        } else if (!constraint) {
            return false;
        }
        if (kind == clause_kind::refused) {
            add(piece, kind);
            return true;
        }
        if (kind == clause_kind::add_index && at.at_identifier() && !at.at_word("USING"))
            symbol = at.accept_identifier();
        auto& clause = add_silently(piece, kind);
        clause.name = symbol.value_or("");
        clause.name_span = kind == clause_kind::add_check ? span : text_span{};
        return true;
    }

    text_span span_of(const sql_token& token) const {
        return {token.offset - options_begin_, token.text.size()};
    }

    void read_drop(token_span piece, token_cursor at) {
        if (refuse_if_listed(piece)) return;
        if (at.accept_words("FOREIGN", "KEY"))
            return read_named(piece, at, clause_kind::drop_foreign_key);
        if (at.accept_words("PRIMARY", "KEY"))
            return add(piece, at.done() ? clause_kind::drop_primary_key : clause_kind::refused);
        if (at.accept_word("INDEX") || at.accept_word("KEY"))
            return read_named(piece, at, clause_kind::drop_index);
        if (at.accept_word("CHECK")) return read_named(piece, at, clause_kind::drop_check);
        if (at.accept_word("CONSTRAINT"))
            return read_named(piece, at, clause_kind::drop_constraint);
        at.accept_word("COLUMN");
        auto name = at.accept_identifier();
        if (!at.accept_word("RESTRICT")) at.accept_word("CASCADE");
        if (!name || !at.done()) return add(piece, clause_kind::refused);
        add_silently(piece, clause_kind::drop_column).column = std::move(*name);
    }

    /// A name and nothing behind it.
    void read_named(token_span piece, token_cursor at, clause_kind kind) {
        if (!at.at_identifier() || at.rest().size() != 1) return add(piece, clause_kind::refused);
        auto& clause = add_silently(piece, kind);
        clause.name_span = span_of(at.current());
        clause.name = *at.accept_identifier();
    }

    void read_change(token_span piece, token_cursor at) {
        at.accept_word("COLUMN");
        auto old_name = at.accept_identifier();
        auto new_name = at.accept_identifier();
        if (!old_name || !new_name || at.done()) return add(piece, clause_kind::refused);
        read_definition(piece, at, clause_kind::change_column, std::move(*new_name),
                        std::move(*old_name));
    }

    void read_modify(token_span piece, token_cursor at) {
        at.accept_word("COLUMN");
        auto name = at.accept_identifier();
        if (!name || at.done()) return add(piece, clause_kind::refused);
        read_definition(piece, at, clause_kind::modify_column, std::move(*name), {});
    }

    void read_alter(token_span piece, token_cursor at) {
        if (at.accept_word("INDEX"))
            return read_altered(piece, at, clause_kind::alter_index,
                                [](token_cursor& in) { return accept_visibility(in); });
        if (at.at_word("CHECK") || at.at_word("CONSTRAINT")) {
            const auto kind =
                at.accept_word("CHECK") ? clause_kind::alter_check : clause_kind::alter_constraint;
            if (kind == clause_kind::alter_constraint) at.accept_word("CONSTRAINT");
            return read_altered(piece, at, kind, [](token_cursor& in) {
                in.accept_word("NOT");
                return in.accept_word("ENFORCED");
            });
        }
        at.accept_word("COLUMN");
        auto name = at.accept_identifier();
        const bool known =
            name && (at.accept_words("DROP", "DEFAULT") ||
                     (at.accept_word("SET") && (accept_visibility(at) || accept_default(at))));
        if (!known || !at.done()) return add(piece, clause_kind::refused);
        add_silently(piece, clause_kind::alter_column).column = std::move(*name);
    }

    template <typename AcceptRest>
    void read_altered(token_span piece, token_cursor at, clause_kind kind, AcceptRest accept_rest) {
        if (!at.at_identifier()) return add(piece, clause_kind::refused);
        const auto span = span_of(at.current());
        auto name = *at.accept_identifier();
        if (!accept_rest(at) || !at.done()) return add(piece, clause_kind::refused);
        auto& clause = add_silently(piece, kind);
        clause.name = std::move(name);
        clause.name_span = span;
    }

    static bool accept_visibility(token_cursor& at) {
        return at.accept_word("VISIBLE") || at.accept_word("INVISIBLE");
    }

    /// DEFAULT and a literal, with a sign, an introducer or a type before it, or an expression.
    static bool accept_default(token_cursor& at) {
        if (!at.accept_word("DEFAULT") || at.done()) return false;
        while (!at.done()) at.skip_group();
        return true;
    }

    void read_rename(token_span piece, token_cursor at) {
        at.accept_word("RENAME");
        const bool column = at.accept_word("COLUMN");
        if (!column && !at.accept_word("INDEX") && !at.accept_word("KEY")) {
            refuse_if_listed(piece);
            return;
        }
        auto old_name = at.accept_identifier();
        const bool to = at.accept_word("TO");
        auto new_name = at.accept_identifier();
        if (!old_name || !to || !new_name || !at.done()) return add(piece, clause_kind::refused);
        auto& clause =
            add_silently(piece, column ? clause_kind::rename_column : clause_kind::rename_index);
        clause.renamed_from = std::move(*old_name);
        (column ? clause.column : clause.name) = std::move(*new_name);
    }

    static bool is_charset(token_cursor at) {
        if (!at.accept_words("CHARACTER", "SET") && !at.accept_words("CHAR", "SET") &&
            !at.accept_word("CHARSET"))
            return false;
        if (at.done()) return false;
        at.skip_group();
        if (!at.accept_word("COLLATE")) return at.done();
        at.accept_symbol('=');
        return at.rest().size() == 1;
    }

    // Without a prefix, as N'..' has.
    static bool is_plain_string(const sql_token& token) {
        return token.kind == token_kind::string &&
               (token.text.front() == '\'' || token.text.front() == '"');
    }

    void read_table_options(token_span piece) {
        token_cursor at(piece);
        while (!at.done()) {
            const auto before = at.rest();
            auto option = read_table_option(at);
            if (!option) return add(before, clause_kind::refused);
            const auto own = before.first(before.size() - at.rest().size());
            auto& clause = add_silently(own, clause_kind::table_option);
            clause.name = std::move(option->name);
            clause.value = std::move(option->value);
            if (clause.name == "COMMENT" && is_plain_string(own.back()))
                clause.value_span = span_of(own.back());
            if (!option->refusal_reason.empty()) {
                clause.kind = clause_kind::refused;
                const reason_and_remedy why{option->refusal_reason, option->refusal_remedy};
                // Their values may be secrets.
                if (clause.name == "CONNECTION" || clause.name == "PASSWORD")
                    refuse(clause.name, why);
                else
                    refuse(own, why);
            }
        }
    }

    std::string_view text_;
    tokenized_sql sql_;
    std::size_t options_begin_ = 0;
    alter_statement statement_;
};

// In front, where the server's grammar takes it before every clause; a comma follows unless nothing
// is left but how the table is partitioned.
std::string way_before(const alter_statement& statement, alter_way way) {
    if (way == alter_way::as_it_likes) return {};

    const auto first = std::ranges::find_if(statement.clauses, [](const alter_clause& clause) {
        return clause.kind != clause_kind::how_to_run;
    });
    const bool is_partitioning =
        first != statement.clauses.end() && (first->kind == clause_kind::partition_by ||
                                             first->kind == clause_kind::remove_partitioning);
    return fmt::format("ALGORITHM={}{} ", way == alter_way::by_copy ? "COPY" : "INSTANT",
                       is_partitioning ? "" : ",");
}

}  // namespace

std::optional<std::uint64_t> alter_statement::auto_increment() const {
    std::optional<std::uint64_t> last;
    for (const auto& clause : clauses) {
        if (clause.kind != clause_kind::table_option || clause.name != "AUTO_INCREMENT") continue;
        std::uint64_t number = 0;
        const auto* end = clause.value.data() + clause.value.size();
        const auto parsed = std::from_chars(clause.value.data(), end, number);
        if (parsed.ec != std::errc{} || parsed.ptr != end)
            throw error(fmt::format("--alter: AUTO_INCREMENT={} is not a number", clause.value));
        last = number;
    }
    return last;
}

alter_statement parse_alter(std::string_view text) {
    if (const auto hidden = hidden_space_hint(text); !hidden.empty())
        throw error(
            fmt::format("--alter: {}, or put the name in backticks if it is a part of it", hidden));
    try {
        auto statement = alter_parser(text).run();
        for (auto& refusal : statement.refusals) {
            if (refusal.remedy != check_spelling) continue;
            if (lookalike_hint(refusal.clause).empty()) continue;
            refusal.reason = lookalike_hint(text);
            refusal.remedy = "a plain ALTER TABLE would fail as well";
        }
        return statement;
    } catch (const error& failure) {
        const auto hint = lookalike_hint(text);
        if (hint.empty()) throw;
        throw error(fmt::format("{}. {}", failure.what(), hint), failure.properties());
    }
}

namespace {

// That of the constraint in the clause; nullptr: the one that is written.
const std::string* name_on_target(const alter_clause& clause, const words_on_target& words) {
    const auto in = [&](const names_of_constraints& some) {
        const auto found = some.find(clause.name);
        return found == some.end() ? nullptr : &found->second;
    };
    switch (clause.kind) {
        case clause_kind::add_check:
            return clause.name_span.length > 0 ? in(words.checks) : nullptr;
        case clause_kind::drop_check:
        case clause_kind::alter_check:
            return in(words.checks);
        case clause_kind::drop_foreign_key:
            return in(words.foreign_keys);
        case clause_kind::drop_constraint:
        case clause_kind::alter_constraint: {
            const std::string* const check = in(words.checks);
            return check == nullptr ? in(words.foreign_keys) : check;
        }
        default:
            return nullptr;
    }
}

}  // namespace

std::string alter_on(const alter_statement& statement, const table_name& target,
                     const words_on_target& words, alter_way way) {
    require(statement.refusals.empty(), "an ALTER with refused clauses is not run");
    struct replacement {
        text_span span;
        std::string by;
    };
    std::vector<replacement> replacements;
    for (const text_span span : statement.left_out) replacements.push_back({span, " "});
    for (const auto& clause : statement.clauses) {
        if (const std::string* const name = name_on_target(clause, words))
            replacements.push_back({clause.name_span, quoted_name(*name)});
        if (clause.value_span.length > 0)  // behind its quote
            replacements.push_back({.span = {.offset = clause.value_span.offset + 1, .length = 0},
                                    .by = std::string(words.before_comment)});
    }
    // From the right, so that the spans before stay where they are.
    std::ranges::sort(replacements, std::ranges::greater(),
                      [](const replacement& one) { return one.span.offset; });
    std::string options = statement.options_text;
    for (const auto& [span, by] : replacements) options.replace(span.offset, span.length, by);
    return fmt::format("ALTER TABLE {} {}{}", target.quoted(), way_before(statement, way), options);
}

}  // namespace segue::sql
