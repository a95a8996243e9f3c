#include "cli/command_line/options.hpp"

#include "cli/command_line/command_help.hpp"
#include "cli/command_line/flags.hpp"
#include "cli/command_line/option_values.hpp"
#include "cli/login/own_options.hpp"
#include "cli/login/tls_flags.hpp"
#include "src/base/error.hpp"
#include "src/sql/alter_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <map>
#include <memory>
#include <span>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace segue::cli {
namespace {

constexpr std::size_t help_indent = 6;
constexpr std::size_t help_width = 90;

/// Breaks at spaces, so that no line is longer than the help is wide, if a word is not.
std::string wrapped(std::string_view text) {
    std::string lines;
    while (text.size() > help_width - help_indent) {
        auto end = text.rfind(' ', help_width - help_indent);
        if (end == std::string_view::npos) end = text.find(' ');
        if (end == std::string_view::npos) break;
        lines.append(text.substr(0, end)) += '\n';
        text.remove_prefix(end + 1);
    }
    return lines.append(text);
}

/// Lays the help out: a heading as gh-ost's, then the groups, each flag above what it means.
class help_formatter : public CLI::Formatter {
  public:
    /// `usage`: its first lines; empty: as gh-ost's.
    explicit help_formatter(std::string_view usage) : usage_(usage) { column_width(help_indent); }
    std::string make_usage(const CLI::App* app, std::string) const override {
        return usage_.empty() ? "Usage of " + app->get_name() + ":\n" : usage_;
    }

  private:
    const std::string usage_;
};

std::string value_text(const flag& shown) {
    if (shown.kind == flag_kind::boolean)
        return shown.default_text == "true" ? "(default true)" : "";
    std::string text(shown.value_name);
    if (!shown.default_text.empty()) text += fmt::format(" (default {})", shown.default_text);
    return text;
}

flag_kind kind_in(const command_help& own, const flag& of) {
    const bool has_value = std::ranges::find(own.with_value, of.name) != own.with_value.end();
    return has_value ? flag_kind::text : of.kind;
}

/// The flags that were given, by name, as text; and the defaults of the others.
class given_flags {
  public:
    explicit given_flags(job asked) : app_("", "segue") {
        const auto own = help_of(asked);
        app_.set_help_flag();
        app_.formatter(std::make_shared<help_formatter>(own ? own->about : ""));
        for (const auto& entry : flags())
            add(as_read(own, entry), as_told(own, entry),
                !own || std::ranges::find(own->flags, entry.name) != own->flags.end());
        if (own) {
            app_.footer(std::string(own->ends));
            return;
        }
        app_.footer(
            "A migration that runs is asked by `segue status` and steered by `segue ctl COMMAND`: "
            "see\n`segue ctl --help`. What one that has ended left `segue cleanup` shows, and "
            "drops "
            "with --execute:\n--host, --database and --table tell it of which table. `segue "
            "verify` compares\ntwo tables that nobody writes to: --table with "
            "--with-table. `segue backfill` sets\ncolumns in place: --table with --set, and "
            "--where for some rows (docs/backfill.md).\n`segue expand` gives a column a second "
            "name (docs/expand.md), `segue contract` ends that\n(docs/contract.md). `segue views` "
            "makes views in which old names of columns live on\n(docs/views.md). `segue split` "
            "fills a second table from the first, and keeps it in "
            "step\n(docs/split.md).");
    }

    std::string usage() const {
        auto help = app_.help();
        while (help.ends_with('\n')) help.pop_back();
        return CLI::detail::find_and_replace(help, "\n\n\n", "\n\n") + "\n";
    }

    /// Precondition: `arguments` are normalised.
    void parse(std::vector<std::string> arguments) {
        std::ranges::reverse(arguments);
        app_.parse(std::move(arguments));
    }

    bool has(std::string_view name) const { return values_.contains(flag_named(name).name); }

    /// One that was given, obeyed, and is none of these; empty: there is none.
    std::string_view others_than(std::span<const std::string_view> known) const {
        for (const auto& [name, value] : values_)
            if (flag_named(name).answered_by == flag_answer::obeyed &&
                std::ranges::find(known, name) == known.end())
                return name;
        return {};
    }

    std::string text(std::string_view name) const {
        const auto& known = flag_named(name);
        const auto found = values_.find(known.name);
        return found == values_.end() ? known.default_text : found->second;
    }
    bool on(std::string_view name) const { return text(name) == "true"; }
    /// Why the flags that were given are refused; empty: none of them is.
    std::string refusal() const {
        for (const auto& [name, value] : values_)
            if (auto why = refusal_of(flag_named(name), value); !why.empty()) return why;
        return {};
    }
    /// `notices` outlives what is returned.
    flag_value value(std::string_view name, std::vector<std::string>& notices) const {
        return {flag_named(name).name, text(name), notices};
    }

  private:
    struct told {
        std::string_view meaning;
        std::string value;
    };
    static told as_told(const std::optional<command_help>& own, const flag& entry) {
        if (!own) return {entry.meaning, value_text(entry)};
        flag shown = entry;
        const auto meaning = own->meanings.find(entry.name);
        if (meaning != own->meanings.end()) shown.meaning = meaning->second;
        const auto value_name = own->value_names.find(entry.name);
        if (value_name != own->value_names.end()) shown.value_name = value_name->second;
        if (kind_in(*own, entry) != entry.kind) {
            shown.kind = kind_in(*own, entry);
            shown.default_text = "";
        }
        return {shown.meaning, value_text(shown)};
    }

    struct read_flag {
        const flag& entry;
        flag_kind kind;
    };
    static read_flag as_read(const std::optional<command_help>& own, const flag& entry) {
        return {entry, own ? kind_in(*own, entry) : entry.kind};
    }

    /// Into the help if it is `shown`.
    void add(const read_flag& read, const told& help, bool shown) {
        const flag& entry = read.entry;
        const auto name = "--" + std::string(entry.name);
        const auto meaning = wrapped(help.meaning);
        CLI::Option* option = nullptr;
        if (read.kind == flag_kind::boolean)
            option = app_.add_flag_function(
                name,
                [this, &entry](std::int64_t count) {
                    values_[entry.name] = count > 0 ? "true" : "false";
                },
                meaning);
        else
            option = app_.add_option_function<std::string>(
                name, [this, &entry](const std::string& value) { values_[entry.name] = value; },
                meaning);
        option->group(shown ? std::string(entry.group) : "")->option_text(help.value);
    }

    CLI::App app_;
    std::map<std::string_view, std::string> values_;
};

/// "--" and a letter, which SQL cannot begin with; behind "-- " stands a comment.
bool looks_like_flag(std::string_view text) {
    return text.size() > 2 && text.starts_with("--") &&
           std::isalpha(static_cast<unsigned char>(text[2])) != 0;
}

/// Makes the options out of the flags. Throws error for what is wrong with them (exit code 1).
class options_reader {
  public:
    options_reader(const given_flags& given, const surroundings& outside,
                   std::vector<std::string>& notices)
        : given_(given), outside_(outside), notices_(notices) {}

    options run(job asked) {
        // In gh-ost's order: the change and its table first.
        read_change(asked);
        read_other_table(asked);
        read_backfill(asked);
        read_views(asked);
        read_expand(asked);
        read_contract(asked);
        read_split(asked);
        check_exclusions();
        read_server();
        // As with --defaults-file of MySQL's: a file that is named is the only one.
        if (given_.text("conf").empty()) own_ = read_own_options(outside_, notices_);
        read_tls_options();
        read_account();
        read_primary();
        for (const auto& entry : flags())
            if (entry.set && ((asked != job::backfill && asked != job::expand) ||
                              entry.name != "chunk-time" || given_.has("chunk-time")))
                entry.set(value(entry.name), made_);
        read_cut_over();
        read_log_level();
        tell_flags_without_effect();
        return std::move(made_);
    }

  private:
    void read_change(job asked) {
        std::string& alter = made_.run.request.alter_text;
        alter = given_.text("alter");
        made_.execute = given_.on("execute");
        made_.run.request.rehearsal = !made_.execute;
        if (asked == job::views || asked == job::status) {
            made_.run.request.original = {name_of("database", {}), given_.text("table")};
            return;
        }
        if (asked == job::split) {
            made_.run.request.original = {required("database", asked), required("from", asked)};
            return;
        }
        if (alter.empty() && asked != job::migrate) {
            made_.run.request.original = {name_of("database", {}), name_of("table", {})};
            return;
        }
        if (alter.empty())
            throw error(given_.text("set").empty()
                            ? "--alter is missing: it says what to change"
                            : "--alter is missing: --set gives values to columns of the table that "
                              "it makes (ENGINE=InnoDB changes nothing else)");
        // An empty variable of a script without quotes makes the next flag its value, which is not
        // shown: that flag may be a password.
        if (looks_like_flag(alter))
            throw error("the value of --alter seems to be missing: a flag stands in its place");
        const auto statement = sql::parse_alter(alter);
        made_.run.request.original.schema = name_of("database", statement.schema);
        made_.run.request.original.name = name_of("table", statement.table);
    }

    std::string required(std::string_view name, job asked) {
        if (given_.text(name).empty())
            throw error(fmt::format("--{} is missing. {}", name,
                                    asked == job::split
                                        ? "A split is told by --database, --from, --into and "
                                          "--columns \"target=source, ...\""
                                        : ""));
        return given_.text(name);
    }

    void read_other_table(job asked) {
        if (asked != job::verify) {
            for (const auto* name : {"with-table", "with-database"})
                if (!given_.text(name).empty())
                    throw error(fmt::format("--{} is of `segue verify` alone", name));
            return;
        }
        if (given_.text("with-table").empty())
            throw error("--with-table is missing: it names the table to compare with");
        if (given_.text("verify") == "none")
            throw error("--verify=none leaves nothing to do: full, or sample=N%");
        const auto schema = given_.text("with-database");
        made_.compared_with = {schema.empty() ? made_.run.request.original.schema : schema,
                               given_.text("with-table")};
    }

    void read_backfill(job asked) {
        if (asked != job::backfill) {
            if (given_.has("where") && asked != job::split)
                throw error("--where is of `segue backfill` and `segue split` alone");
            if (given_.has("touch") && asked != job::expand)
                throw error("--touch is of `segue backfill` and `segue expand` alone");
            return;
        }
        if (!given_.has("set"))
            throw error(
                "--set is missing: it says which column gets which value, \"column = "
                "expression\"");
        refuse_empty_where("to set all rows");
        hold_rows_shortly();
    }

    void refuse_empty_where(std::string_view all) {
        if (given_.has("where") && given_.text("where").empty())
            throw error(
                fmt::format("--where is empty: write a condition, or leave it out {}", all));
    }

    void read_split(job asked) {
        if (asked != job::split) {
            for (const auto* name : {"from", "into", "columns", "create", "finish",
                                     "finish-when-copied", "finish-flag-file"})
                if (given_.has(name))
                    throw error(fmt::format("--{} is of `segue split` alone", name));
            return;
        }
        static_cast<void>(required("into", asked));
        static_cast<void>(required("columns", asked));
        refuse_empty_where("for all rows");
    }

    // A run holds rows of the application's as long as a chunk takes.
    void hold_rows_shortly() {
        constexpr std::chrono::milliseconds chunk_time{100};
        made_.run.carrying.pace.chunk_time = chunk_time;
    }

    void read_views(job asked) {
        if (asked != job::views) {
            for (const auto* name : {"as", "view", "map", "sql-security", "drop"})
                if (given_.has(name) &&
                    (asked != job::contract || name != std::string_view("drop")))
                    throw error(fmt::format("--{} is of `segue views` alone", name));
            return;
        }
        views::task& task = made_.views;
        task.database = made_.run.request.original.schema;
        task.as = given_.text("as");
        task.view = given_.text("view");
        task.table = given_.text("table");
        if (task.as.empty() == task.view.empty())
            throw error(
                "say either --as SCHEMA, for views over all tables of the database in a schema of "
                "their own, or --view NAME, for one view beside its table");
        if (!task.as.empty() && !task.table.empty())
            throw error("--table is of --view: --as makes views over all tables of the database");
        made_.drop = given_.on("drop");
        if (made_.drop) {
            for (const auto* name : {"map", "sql-security"})
                if (given_.has(name))
                    throw error(fmt::format("--{} means nothing beside --drop", name));
        } else if (task.as.empty() && task.table.empty()) {
            throw error("--table is missing: it names the table that the view is over");
        }
    }

    void read_expand(job asked) {
        if (asked != job::expand) {
            for (const auto* name : {"column", "up", "down", "rename", "trigger-order", "definer"})
                if (given_.has(name))
                    throw error(fmt::format("--{} is of `segue expand` alone", name));
            return;
        }
        if (given_.has("rename")) {
            for (const auto* name : {"column", "up", "down"})
                if (given_.has(name))
                    throw error(
                        fmt::format("--rename says what --{} would: give one of them", name));
        } else {
            for (const auto* name : {"column", "up", "down"})
                if (!given_.has(name))
                    throw error(fmt::format(
                        "--{} is missing. An expand is told by --column \"full_name "
                        "VARCHAR(255)\" --up \"full_name = name\" --down \"name = full_name\", or "
                        "by --rename name=full_name",
                        name));
        }
        hold_rows_shortly();
    }

    void read_contract(job asked) {
        constexpr std::array own{"abandon", "indexes", "unused-for", "watch", "despite-use"};
        if (asked != job::contract) {
            for (const auto* name : own)
                if (given_.has(name))
                    throw error(fmt::format("--{} is of `segue contract` alone", name));
            return;
        }
        if (given_.has("drop") == given_.has("abandon"))
            throw error(
                "a contract is told which of two names goes: --drop with the old column, or "
                "--abandon with the new one");
        for (const auto* name : {"drop", "abandon"})
            if (given_.has(name) && given_.text(name).empty())
                throw error(fmt::format("--{} is empty: it names the column that goes", name));
        // Of several --watch one may be an empty variable of a script.
        const std::string watched = "," + given_.text("watch") + ",";
        if (given_.has("watch") && watched.find(",,") != std::string::npos)
            throw error("--watch is empty: it names a server whose statements are watched");
        if (given_.has("drop")) made_.contract.drop = given_.text("drop");
        if (!given_.has("abandon")) return;
        for (const auto* name : {"unused-for", "watch"})
            if (given_.has(name))
                throw error(
                    fmt::format("--{} is of --drop: who uses the new column is known to whoever "
                                "gives it up",
                                name));
    }

    std::string name_of(std::string_view flag_name, const std::optional<std::string>& in_alter) {
        const auto flag_value = given_.text(flag_name);
        if (flag_value.empty() && !in_alter)
            throw error(
                fmt::format("--{} is missing, and --alter does not name it either", flag_name));
        if (!flag_value.empty() && in_alter && flag_value != *in_alter)
            throw error(fmt::format("--{} is {}, but --alter names {}", flag_name,
                                    segue::quoted_name(flag_value), segue::quoted_name(*in_alter)));
        return flag_value.empty() ? *in_alter : flag_value;
    }

    void check_exclusions() {
        exclude("switch-to-rbr", "assume-rbr");
        exclude("migrate-on-replica", "test-on-replica");
        exclude("allow-on-master", "test-on-replica");
        exclude("allow-on-master", "migrate-on-replica");
        exclude("revert", "resume");
        exclude("resume", "no-resume");
        if (const auto why = given_.refusal(); !why.empty()) throw error(why);
        // The table itself would be another one then.
        exclude("attempt-instant-ddl", "test-on-replica");
        if (given_.has("set") && given_.text("set").empty())
            throw error("--set is empty: write --set \"column = expression\"");
        if (given_.on("attempt-instant-ddl") && !given_.text("set").empty())
            notices_.emplace_back(
                "--attempt-instant-ddl has no effect beside --set: an instant ALTER would set no "
                "value, and rows are copied");
        if (given_.on("allow-nondeterministic") && given_.text("set").empty())
            notices_.emplace_back("--allow-nondeterministic has no effect without --set");
        for (const auto* name : {"test-on-replica", "migrate-on-replica"})
            if (given_.on(name) && !given_.text("assume-master-host").empty())
                notices_.push_back(
                    fmt::format("--assume-master-host has no effect beside --{}", name));
        if (given_.on("test-on-replica-skip-replica-stop") && !given_.on("test-on-replica"))
            throw error("--test-on-replica-skip-replica-stop needs --test-on-replica");
        check_triggers();
    }

    // As gh-ost does.
    void check_triggers() {
        const auto suffix = given_.text("trigger-suffix");
        if (!given_.on("include-triggers")) {
            if (!suffix.empty()) throw error("--trigger-suffix needs --include-triggers");
            if (given_.on("remove-trigger-suffix-if-exists"))
                throw error("--remove-trigger-suffix-if-exists needs --include-triggers");
            return;
        }
        if (suffix.empty()) throw error("--include-triggers needs --trigger-suffix");
        const bool plain = std::ranges::all_of(
            suffix, [](unsigned char c) { return c == '_' || (c < 0x80 && std::isalnum(c) != 0); });
        if (!plain)
            throw error(
                fmt::format("--trigger-suffix={} may have letters, digits and _ only", suffix));
    }

    void exclude(std::string_view one, std::string_view other) const {
        if (given_.on(one) && given_.on(other))
            throw error(fmt::format("--{} and --{} exclude each other", one, other));
    }

    void read_server() {
        auto& connection = made_.run.connection;
        connection.server.host = given_.text("host");
        connection.server.socket = given_.text("socket");
        if (connection.server.host.empty() && connection.server.socket.empty())
            throw error("--host is empty");
        check_host(connection.server.host);

        constexpr std::int64_t timeout_seconds_max = 86'400;
        const double seconds = value("mysql-timeout").real();
        if (seconds < 0 || seconds > timeout_seconds_max)
            throw error(fmt::format("--mysql-timeout={} is not between 0 and {}",
                                    given_.text("mysql-timeout"), timeout_seconds_max));
        if (seconds > 0) {
            const std::chrono::milliseconds timeout(
                std::max<std::int64_t>(1, static_cast<std::int64_t>(seconds * 1000)));
            connection.connect_timeout = timeout;
            connection.read_timeout = timeout;
        }
    }

    static void check_host(const std::string& host) {
        // Neither is shown: what stands before an @ may be a password.
        if (host.find('@') != host.npos || host.find("://") != host.npos)
            throw error("--host takes a name or an address, no URL: see --port, --user and --conf");
        if (host.starts_with('['))
            throw error(
                fmt::format("--host={}: an IPv6 address is written without brackets, and "
                            "the port goes into --port",
                            host));
        const auto colon = host.find(':');
        if (colon != host.npos && colon == host.rfind(':'))
            throw error(fmt::format("--host={}: the port goes into --port: --host={} --port={}",
                                    host, host.substr(0, colon), host.substr(colon + 1)));
    }

    void read_tls_options() {
        wire::tls_options& tls = made_.run.connection.tls;
        tls_flags flags;
        flags.mode = given_.text("ssl-mode");
        flags.ca = given_.text("ssl-ca");
        flags.cert = given_.text("ssl-cert");
        flags.key = given_.text("ssl-key");
        flags.ssl = given_.on("ssl");
        flags.allow_insecure = given_.on("ssl-allow-insecure");
        tls = read_tls(flags, own_.tls, notices_);
        must_be_read("ssl-ca", tls.ca_file);
        must_be_read("ssl-cert", tls.cert_file);
        must_be_read("ssl-key", tls.key_file);
    }

    void must_be_read(std::string_view name, const std::string& path) const {
        if (path.empty()) return;
        try {
            static_cast<void>(outside_.read_file(path));
        } catch (const error& problem) {
            throw problem.in(fmt::format("--{}={}", name, path));
        }
    }

    void read_account() {
        login_flags& from = made_.login_from;
        from = {.user = given_.text("user"),
                .password = given_.text("password"),
                .conf = given_.text("conf")};
        if (from.password.empty() && given_.on("ask-pass")) from.password = outside_.ask_password();
        auto found = read_login(from, own_.account, outside_, notices_);
        made_.run.connection.user = std::move(found.user);
        made_.run.connection.password = std::move(found.password);
    }

    void read_primary() {
        const auto host = given_.text("assume-master-host");
        if (host.empty()) {
            for (const auto* name : {"master-user", "master-password"})
                if (!given_.text(name).empty())
                    throw error(fmt::format("--{} needs --assume-master-host", name));
            return;
        }
        try {
            const auto named = parse_endpoints(host);
            if (named.size() != 1) throw error("it names one server");
            made_.run.assume_primary =
                servers::assumed_primary{.server = named.front(),
                                         .user = given_.text("master-user"),
                                         .password = given_.text("master-password")};
        } catch (const error& problem) {
            throw problem.in("--assume-master-host");
        }
    }

    void read_cut_over() {
        read_cut_over_pauses();
        if (!given_.has("cut-over-lock-timeout-seconds")) return;
        const auto seconds = value("cut-over-lock-timeout-seconds").integer();
        if (given_.has("cut-over-stall-budget-millis"))
            notices_.emplace_back(
                "--cut-over-lock-timeout-seconds has no effect beside "
                "--cut-over-stall-budget-millis");
        else if (seconds < 1 || seconds > 10)
            notices_.push_back(
                fmt::format("--cut-over-lock-timeout-seconds={} is not between 1 and "
                            "10: the stall budget stays {} ms",
                            seconds, made_.run.stall_budget.count()));
        else
            made_.run.stall_budget = std::chrono::seconds(seconds);
    }

    void read_cut_over_pauses() {
        constexpr std::int64_t seconds_max = 86'400;
        const std::chrono::seconds longest(
            value("exponential-backoff-max-interval").clamped(2, seconds_max));
        if (given_.on("cut-over-exponential-backoff"))
            made_.run.cut_over_pause_max = longest;
        else if (given_.has("exponential-backoff-max-interval"))
            notices_.emplace_back(
                "--exponential-backoff-max-interval has no effect without "
                "--cut-over-exponential-backoff");
    }

    void read_log_level() {
        if (given_.on("verbose")) made_.log_level = log::level::info;
        if (given_.on("debug")) made_.log_level = log::level::debug;
        if (given_.on("quiet")) made_.log_level = log::level::error;
    }

    void tell_flags_without_effect() {
        if (given_.has("serve-tcp-host") && !given_.has("serve-tcp-port"))
            notices_.emplace_back("--serve-tcp-host has no effect without --serve-tcp-port");
        for (const flag& one : flags())
            if (one.answered_by == flag_answer::notice && given_.has(one.name))
                notices_.push_back(fmt::format("--{}: {}", one.name, one.meaning));
    }

    flag_value value(std::string_view name) const { return given_.value(name, notices_); }

    const given_flags& given_;
    const surroundings& outside_;
    std::vector<std::string>& notices_;
    own_options own_;  // of ~/.my.cnf
    options made_;
};

std::vector<flag_syntax> syntax_of_flags(job asked) {
    const auto own = help_of(asked);
    std::vector<flag_syntax> all;
    for (const auto& entry : flags())
        all.push_back({entry.name, own ? kind_in(*own, entry) : entry.kind, entry.separator});
    return all;
}

// Why a flag is none of what is asked for; empty: all are.
std::string foreign(const given_flags& given, job asked) {
    const auto known = flags_of(asked);
    const auto strange = known ? given.others_than(*known) : std::string_view();
    return strange.empty() ? "" : foreign_flag_text(asked, strange);
}

// What is wrong with words that are no flags where they stand.
std::string no_command(job asked, const std::vector<std::string>& words) {
    const bool is_word = asked == job::migrate && !words.empty() && !words.front().empty() &&
                         words.front().front() != '-';
    return is_word ? unknown_command_text(words.front()) : "";
}

}  // namespace

command_line read_command_line(const std::vector<std::string>& arguments,
                               const surroundings& outside) {
    command_line result;
    result.asked = arguments.empty() ? job::migrate : job_called(arguments.front());
    const std::vector<std::string> words(arguments.begin() + (result.asked == job::migrate ? 0 : 1),
                                         arguments.end());
    given_flags given(result.asked);
    auto normalised = normalise(words, syntax_of_flags(result.asked));
    if (auto stray = no_command(result.asked, words); !stray.empty())
        normalised.mistake = std::move(stray);
    if (normalised.mistake.empty() && !normalised.short_help) {
        try {
            given.parse(std::move(normalised.arguments));
        } catch (const CLI::ParseError& problem) {
            normalised.mistake = problem.what();
        }
    }
    if (!normalised.mistake.empty()) {
        result.exit_code = 2;
        // What follows the mistake was not read.
        result.json = std::ranges::any_of(
            words, [](const auto& word) { return word == "--json" || word == "-json"; });
        result.output = fmt::format("{}{} Every flag is in segue --help\n", normalised.mistake,
                                    normalised.mistake.ends_with('?') ? "" : ".");
    } else if (normalised.short_help) {
        result.output = given.usage();
    } else if (given.on("check-flag")) {
        // Nothing to say where all would be taken.
        auto why = given.refusal();
        if (why.empty()) why = foreign(given, result.asked);
        if (!why.empty()) {
            result.exit_code = 2;
            result.output = why + "\n";
        }
    } else if (given.on("help")) {
        result.output = given.usage();
    } else if (given.on("version")) {
        result.output = outside.version + "\n";
    } else if (const auto strange = foreign(given, result.asked); !strange.empty()) {
        result.exit_code = 2;
        result.json = given.on("json");
        result.output = strange + "\n";
    } else {
        result.json = given.on("json");
        result.report_file = given.text("report");
        try {
            result.run = options_reader(given, outside, result.notices).run(result.asked);
        } catch (const error& problem) {
            result.exit_code = 1;
            result.fatal = problem.what();
        }
    }
    return result;
}

}  // namespace segue::cli
