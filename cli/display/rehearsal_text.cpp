#include "cli/display/rehearsal_text.hpp"

#include "src/base/table_name.hpp"
#include "src/base/utf8.hpp"
#include "src/rehearsal/refused_rows.hpp"
#include "src/rehearsal/slow_rename.hpp"
#include "src/schema/check_constraint.hpp"

#include <iterator>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace segue::display {
namespace {

std::string indented(std::string_view lines) {
    std::string text = "  ";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        text += lines[i];
        if (lines[i] == '\n' && i + 1 < lines.size()) text += "  ";
    }
    return text;
}

void replace_first(std::string& text, const std::string& what, const std::string& by) {
    if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
}

// SHOW CREATE TABLE of the new table, as if it had been renamed.
std::string statement_as(const preflight::plan& made, const std::string& name) {
    std::string text = made.target.create_statement;
    replace_first(text, quoted_name(made.target.name.name), quoted_name(name));
    for (const auto& one : schema::check_constraints_of(made.target.create_statement)) {
        const auto renamed = schema::check_name_after_rename(one.name, made.target.name.name, name);
        replace_first(text, "CONSTRAINT " + quoted_name(one.name),
                      "CONSTRAINT " + quoted_name(renamed));
    }
    return text;
}

// A list whose numbers follow from what there is to do.
class steps {
  public:
    template <typename... Args>
    void add(fmt::format_string<Args...> text, Args&&... args) {
        text_ +=
            fmt::format("  {}. {}\n", ++number_, fmt::format(text, std::forward<Args>(args)...));
    }
    template <typename... Args>
    void go_on(fmt::format_string<Args...> text, Args&&... args) {
        text_ += fmt::format("     {}\n", fmt::format(text, std::forward<Args>(args)...));
    }
    const std::string& text() const { return text_; }

  private:
    unsigned number_ = 0;
    std::string text_;
};

void add_drops(steps& to, const preflight::plan& made, bool old_table) {
    for (const auto& one : made.drops) {
        if ((one.name == made.tables.old) != old_table) continue;
        if (one.rows)
            to.add("drop {} (about {} rows), {}", one.name.quoted(), *one.rows, one.why);
        else
            to.add("drop {}: not there, so nothing is dropped", one.name.quoted());
    }
}

std::string whose(const preflight::plan& made) {
    return made.earlier.run.empty() ? "" : fmt::format(" ({})", made.earlier.run);
}

// Nothing is known of the new table but that it is the table now.
std::string text_behind_a_swap(const preflight::plan& made, const migration::settings& with) {
    steps all;
    all.add("drop {}", made.tables.changelog.quoted());
    if (with.drop_old_table)
        all.add("drop the old table {}, as --ok-to-drop-table says", made.tables.old.quoted());
    all.add("drop {}", made.tables.checkpoint.quoted());
    return fmt::format(
        "Rehearsal of a migration of {} on {} (MySQL {}). An earlier run of this ALTER{} has "
        "swapped the\ntables already, and has ended before all was cleaned up.\n\nSteps with "
        "--execute:\n{}\nTo migrate once more instead, say --no-resume.\n",
        made.original.name.quoted(), made.server.host, made.server.version, whose(made),
        all.text());
}

std::string steps_of_a_run(const preflight::plan& made, const migration::settings& with,
                           const std::optional<std::string>& slow) {
    const migration_tables& tables = made.tables;
    const std::string original = made.original.name.quoted();
    steps all;
    add_drops(all, made, /*old_table=*/false);
    const bool goes_on = made.begins == preflight::beginning::from_earlier;
    if (goes_on)
        all.add("go on with what an earlier run{} left: {}, with the rows that it has", whose(made),
                tables.ghost.quoted());
    else
        all.add("make the new table {}, still empty; and {} (heartbeat) and {} (state of the run)",
                tables.ghost.quoted(), tables.changelog.quoted(), tables.checkpoint.quoted());
    add_drops(all, made, /*old_table=*/true);
    all.add("copy the{} rows into the new table with {} workers, and carry over what changes",
            goes_on ? " other" : "", with.carrying.copy_workers);
    all.go_on("meanwhile, as the binary log of {} tells ({})", made.stream_host,
              made.server.gtids ? "followed by GTID" : "followed by file and position");
    if (with.verify_percent == 100)
        all.add("verify: compare all rows of the new table with the original's");
    else if (with.verify_percent > 0)
        all.add(
            "verify: compare {} of a hundred ranges of rows with the original's, as --verify "
            "says",
            with.verify_percent);
    else
        all.go_on("(the rows are not compared, as --verify=none says)");
    if (!with.postpone_flag_file.empty())
        all.add("wait until the file {} is removed; it is made at the start",
                with.postpone_flag_file);
    all.add("swap the names: {} becomes {}, and the new table becomes {};", original,
            tables.old.quoted(), original);
    all.go_on(
        "writes wait meanwhile; an attempt gives way when {} ms{} are spent, and is made again "
        "later",
        with.stall_budget.count(), slow ? ", and what RENAME TABLE takes," : "");
    if (with.kill_blockers_after)
        all.go_on(
            "(a session that holds the table for {} s by then is ended, as "
            "--kill-blockers-after-seconds says)",
            with.kill_blockers_after->count());
    if (slow && !with.accept_slow_rename)
        all.go_on("(not while RENAME TABLE takes too long for these flags: see the note)");
    if (made.rename_time)
        all.go_on(
            "(RENAME TABLE alone takes some {} ms{}, as measured on empty tables of as many "
            "partitions)",
            made.rename_time->count(), slow ? "" : " of them");
    all.add("drop {} and {}", tables.changelog.quoted(), tables.checkpoint.quoted());
    if (with.drop_old_table)
        all.add("drop the old table {}, as --ok-to-drop-table says", tables.old.quoted());
    else
        all.go_on("(the old table {} stays, for you to drop)", tables.old.quoted());
    return all.text();
}

// Of a value of the operator's data as much as fits into a line.
std::string shown(const db::value& value) {
    constexpr std::size_t bytes_max = 60;
    if (!value) return "NULL";
    if (!is_utf8(*value)) {
        std::string digits = "0x";
        for (const char byte : value->substr(0, bytes_max / 2))
            digits += fmt::format("{:02X}", static_cast<unsigned char>(byte));
        return value->size() > bytes_max / 2 ? digits + "..." : digits;
    }
    std::size_t end = 0;
    while (end < value->size() && end < bytes_max) end += utf8_length(*value, end);
    return quoted_literal(value->substr(0, end)) + (end < value->size() ? "..." : "");
}

std::string listed(const std::vector<preflight::sampled_row::value>& values) {
    std::string text;
    for (const auto& one : values)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", quoted_name(one.column),
                            shown(one.is));
    return text;
}

std::string closing_line(const migration::settings& with, const std::optional<std::string>& slow,
                         std::size_t warnings) {
    if (slow && !with.accept_slow_rename)
        return "Every check passed, but with these flags the tables would not be swapped while "
               "RENAME "
               "TABLE takes so long: see the note on it.";
    if (warnings > 0)
        return fmt::format(
            "No check failed, but {}: see above. Add --execute to migrate all the same.",
            warnings == 1 ? std::string("there is a warning")
                          : fmt::format("there are {} warnings", warnings));
    return "Every check passed. Add --execute to migrate.";
}

}  // namespace

std::string sample_text(std::span<const preflight::sampled_row> rows) {
    std::string text;
    for (const auto& row : rows) {
        text += fmt::format("  {}\n", row.key);
        if (!row.reads.empty()) text += fmt::format("    read:   {}\n", listed(row.reads));
        if (!row.before.empty()) text += fmt::format("    before: {}\n", listed(row.before));
        text += fmt::format("    after:  {}\n", listed(row.after));
    }
    return text;
}

std::string statement_after_swap(const preflight::plan& made) {
    return statement_as(made, made.original.name.name);
}

std::string rehearsal_text(const preflight::plan& made, const migration::settings& with,
                           const std::vector<std::string>& warnings) {
    if (made.begins == preflight::beginning::from_swap) return text_behind_a_swap(made, with);
    const auto slow = rehearsal::slow_rename(
        swap::rename_forecast(with.stall_budget, made.rename_time), with.accept_slow_rename);
    std::string text;
    const auto add = [&text]<typename... Args>(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
    };
    add("Rehearsal of a migration of {} on {} (MySQL {}). The table stays as it is: what follows "
        "was\nfound out on an empty table, {}, which is dropped again.\n",
        made.original.name.quoted(), made.server.host, made.server.version,
        made.tables.rehearsal.quoted());
    add("\nColumns of the new table:\n{}", indented(made.projection.description));
    add("\nKey, by which rows are found in both tables:\n{}", indented(made.key_explanation));
    if (!made.set_sample.empty())
        add("\nValues of --set in the first rows, by the key; the new table has taken them:\n{}",
            sample_text(made.set_sample));
    add("\nSize: about {} rows, {:.1f} MiB of data (the server's estimates).\n",
        made.original.rows_estimate,
        static_cast<double>(made.original.data_bytes) / (1024.0 * 1024.0));
    // As gh-ost prints it, from the first column on, for scripts that take it out of the text.
    add("\nThe new table; the swap gives it the name {}:\n{}\n", made.original.name.quoted(),
        statement_as(made, made.tables.ghost.name));
    add("\nSteps with --execute:\n{}", steps_of_a_run(made, with, slow));
    if (const auto queries = rehearsal::queries_for_refused_rows(made); !queries.empty()) {
        add("\nOf all rows, these find those that the new table would refuse, but for some reasons "
            "that only\nthe server can tell; each has to give 0, or no row:\n");
        for (const std::string& query : queries) add("  {}\n", query);
    }
    if (slow) add("\nNote: {}\n", *slow);
    for (const std::string& note : made.notes) add("\nNote: {}.\n", note);
    for (const std::string& weaker : made.server.weaker) add("\nWarning: {}\n", weaker);
    for (const std::string& warning : warnings) add("\nWarning: {}\n", warning);
    add("\n{}\n", closing_line(with, slow, warnings.size() + made.server.weaker.size()));
    return text;
}

}  // namespace segue::display
