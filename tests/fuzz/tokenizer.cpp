#include "src/base/error.hpp"
#include "src/sql/sql_tokenizer.hpp"
#include "tests/fuzz/target.hpp"

namespace segue::fuzz {
namespace {

using sql::tokenizer_options;

void check(const std::string& source, tokenizer_options options) {
    const sql::tokenized_sql found = sql::tokenize(source, options);
    std::size_t end = 0;
    for (const sql::sql_token& one : found.tokens) {
        must(!one.text.empty(), "a token has letters");
        must(one.offset >= end && one.end() <= source.size(), "tokens stand one behind the other");
        must(source.compare(one.offset, one.text.size(), one.text) == 0, "a token is in the text");
        end = one.end();
        static_cast<void>(sql::unquote(one, options));
    }
    for (const sql::version_comment& one : found.version_comments)
        must(one.offset < one.end && one.end <= source.size(), "so is a comment for servers");
    must(sql::reads_alike(source, options, options), "what can be read reads as itself");
}

}  // namespace

// The settings of sql_mode, and SQL.
void run_tokenizer(std::span<const std::byte> bytes) {
    const std::size_t settings = taken_choice(bytes, 4);
    const std::string source = text_of(bytes);
    try {
        check(source,
              {.ansi_quotes = (settings & 1U) != 0, .no_backslash_escapes = (settings & 2U) != 0});
    } catch (const error&) {
    }
}

std::vector<input> tokenizer_seeds() {
    std::vector<input> all;
    for (const unsigned settings : {0U, 1U, 2U, 3U})
        for (input& one : inputs_of(
                 settings,
                 {"ADD COLUMN `a``b` VARCHAR(10) DEFAULT 'x''\\'y' COMMENT \"q\"\"\\\"\" -- end\n",
                  "/*!80013 ADD */ b INT # c\n, /*+ hint */ _utf8mb4'z' COLLATE utf8mb4_bin",
                  "x'4D' b'01' 0x1F 0b01 N'n' 1.5e-3 @@a.b := {d '2024-01-01'} \xE2\x80\x9Cq"}))
            all.push_back(std::move(one));
    return all;
}

}  // namespace segue::fuzz
