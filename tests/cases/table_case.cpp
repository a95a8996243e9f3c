#include "tests/cases/table_case.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace segue::test {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw error("cannot read " + file.string());
    std::string text{std::istreambuf_iterator<char>(in), {}};
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

/// A statement ends where a line ends with a semicolon.
std::vector<std::string> statements_of(const std::filesystem::path& file) {
    std::vector<std::string> statements;
    if (!std::filesystem::exists(file)) return statements;
    std::istringstream in(text_of(file));
    std::string statement;
    for (std::string line; std::getline(in, line);) {
        if (statement.empty() && (line.empty() || line.starts_with("--"))) continue;
        statement += (statement.empty() ? "" : "\n") + line;
        if (!statement.ends_with(';')) continue;
        statement.pop_back();
        statements.push_back(std::move(statement));
        statement.clear();
    }
    if (!statement.empty()) throw error(file.string() + " ends without a semicolon");
    return statements;
}

void read_setting(table_case& into, const std::string& name, const std::string& value) {
    if (name == "table") {
        into.table = value;
    } else if (name == "sql_mode") {
        into.sql_mode = value;
    } else if (name == "time_zone") {
        into.time_zone = value;
    } else if (name == "chunk_size") {
        into.chunk_size = value == "chosen" ? "" : value;
    } else if (name == "in_every_run_on_8_0") {
        into.in_every_run_on_8_0 = true;
    } else if (name == "global") {
        const auto equals = value.find('=');
        if (equals == std::string::npos) throw error("global without a value: " + value);
        into.globals.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    } else {
        std::vector<std::string>* const list = name == "session"        ? &into.session
                                               : name == "needs"        ? &into.needs
                                               : name == "segue"        ? &into.segue
                                               : name == "refused"      ? &into.refused
                                               : name == "stopped"      ? &into.stopped
                                               : name == "told"         ? &into.told
                                               : name == "taken"        ? &into.taken
                                               : name == "not_taken"    ? &into.not_taken
                                               : name == "not_compared" ? &into.not_compared
                                                                        : nullptr;
        if (list == nullptr) throw error("unknown setting of a case: " + name);
        list->push_back(value);
    }
}

}  // namespace

table_case read_case(const std::filesystem::path& folder) {
    table_case made;
    made.name = folder.filename();
    made.create = statements_of(folder / "create.sql");
    made.alter = text_of(folder / "alter");
    made.writes = statements_of(folder / "writes.sql");
    made.checks = statements_of(folder / "then.sql");
    if (!std::filesystem::exists(folder / "case")) return made;
    std::istringstream in(text_of(folder / "case"));
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        const auto colon = line.find(": ");
        if (colon == std::string::npos) throw error(folder.string() + "/case: " + line);
        read_setting(made, line.substr(0, colon), line.substr(colon + 2));
    }
    return made;
}

std::vector<std::string> case_names(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.is_directory()) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace segue::test
