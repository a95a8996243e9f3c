#include "cli/login/option_file.hpp"

#include "src/base/error.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace segue::fuzz {
namespace {

// A file's name ends in its number: the text between two zero bytes of the input.
std::vector<std::string> files_in(const std::string& text) {
    std::vector<std::string> files;
    for (std::size_t at = 0;;) {
        const std::size_t end = text.find('\0', at);
        files.push_back(text.substr(at, end == text.npos ? end : end - at));
        if (end == text.npos) return files;
        at = end + 1;
    }
}

cli::surroundings surroundings_of(const std::vector<std::string>& files) {
    cli::surroundings outside;
    outside.variables = [](const std::string& name) {
        return name == "SECRET" ? std::optional<std::string>("s3cret") : std::nullopt;
    };
    outside.read_file = [&files](const std::string& path) {
        for (std::size_t i = 0; i < files.size(); ++i)
            if (path.ends_with(std::to_string(i)) || path.ends_with(std::to_string(i) + ".cnf"))
                return files[i];
        throw error("there is no such file");
    };
    outside.list_folder = [](const std::string& path) {
        if (path.empty()) throw error("there is no such folder");
        return std::vector<std::string>{"1.cnf", "2.cnf", "notes"};
    };
    return outside;
}

void check(const std::vector<std::string>& files, cli::value_rules rules) {
    std::vector<std::string> notices;
    const auto entries = cli::read_option_file("0", surroundings_of(files), notices, rules);
    for (const cli::option_file_entry& one : entries) {
        must(one.key.find('=') == one.key.npos, "a key ends at the first =");
        must(one.has_value || one.value.empty(), "there is a value where there is a =");
        must(one.key.find('\n') == one.key.npos, "an entry is one line");
        must(!one.place.empty(), "it is known where it stands");
    }
    const bool in_a_file = std::ranges::any_of(
        files, [](const std::string& one) { return one.find("s3cret") != one.npos; });
    for (const std::string& one : notices)
        must(in_a_file || one.find("s3cret") == one.npos, "no notice shows a variable's value");
}

}  // namespace

// Files with zero bytes between them, that include one another.
void run_option_file(std::span<const std::byte> bytes) {
    const bool of_mysql = taken_choice(bytes, 2) == 1;
    try {
        check(files_in(text_of(bytes)),
              of_mysql ? cli::value_rules::mysql : cli::value_rules::whole_line);
    } catch (const error&) {
    }
}

std::vector<input> option_file_seeds() {
    using namespace std::string_view_literals;
    std::vector<input> all;
    for (const unsigned rules : {0U, 1U})
        for (input& one : inputs_of(
                 rules,
                 {"\xEF\xBB\xBF[client]\r\nuser = admin\npassword='a#b;c' # d\n; e\nssl\n"sv,
                  "!include 1\nuser=${SECRET}\n!includedir /etc/x\n\0[s]\n!include 2\na=\\s\\q\0"
                  "b = \"\\\"\n!include 0\n"sv}))
            all.push_back(std::move(one));
    return all;
}

}  // namespace segue::fuzz
