#include "cli/remote.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/control/abandoned_sockets.hpp"
#include "src/control/client.hpp"
#include "src/control/socket_path.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::cli {
namespace {

constexpr int refused = 1;
constexpr int wrong_arguments = 2;
constexpr std::chrono::seconds between_looks{1};
constexpr std::string_view as_json = "json ";

struct remote_options {
    std::string socket;
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    unsigned timeout = 10;
    bool json = false;
    bool watch = false;
    std::vector<std::string> words;
};

control::serving_places place(const std::string& socket) {
    return {.unix_path = socket, .tcp_host = {}, .tcp_port = 0};
}

// Where the options say, or all that answer at a default path.
std::vector<control::serving_places> places(const remote_options& with) {
    if (with.port != 0) return {{.unix_path = {}, .tcp_host = with.host, .tcp_port = with.port}};
    if (!with.socket.empty()) return {place(control::fitting_socket_path(with.socket))};
    control::remove_abandoned_sockets();
    std::vector<control::serving_places> found;
    for (const auto& path : control::sockets_at_default_paths())
        if (control::is_served(path)) found.push_back(place(path));
    if (found.empty())
        throw error(
            "no migration is found: none has a socket at gh-ost's default path, "
            "/tmp/gh-ost.SCHEMA.TABLE.sock. --socket names another one");
    return found;
}

// The answer to one command; throws where it was refused. To `json COMMAND` it is the object, whose
// `ok` says so.
std::string ask(const control::serving_places& at, const std::string& command,
                const remote_options& with) {
    const bool in_json = command.starts_with(as_json);
    const auto text = control::ask(at, (in_json ? "" : std::string(as_json)) + command,
                                   std::chrono::seconds(with.timeout));
    const auto read = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!read.is_object() || !read.contains("ok") || !read["ok"].is_boolean() ||
        !read.contains("answer") || !read["answer"].is_string())
        throw error("what answers is no segue: " + text.substr(0, 200));
    auto answer = read["answer"].get<std::string>();
    if (read["ok"].get<bool>()) return in_json ? text : answer;
    if (in_json) std::fputs(text.c_str(), stdout);
    while (answer.ends_with('\n')) answer.pop_back();
    throw error(answer);
}

int control(const remote_options& with) {
    const auto found = places(with);
    if (found.size() > 1) {
        std::string paths;
        for (const auto& one : found) paths += "\n  --socket " + one.unix_path;
        throw error(
            fmt::format("{} migrations run here: say which one is meant{}", found.size(), paths));
    }
    std::fputs(ask(found.front(), fmt::format("{}", fmt::join(with.words, " ")), with).c_str(),
               stdout);
    return 0;
}

// What was watched has ended. It cannot be asked any more how.
int told_end(const remote_options& with) {
    if (!with.json)
        std::fputs(
            "# It is not served any more: the run has ended. How, its own output and exit "
            "code say (docs/what-if.md); or look which of its tables are there.\n",
            stdout);
    return 0;
}

int status(const remote_options& with) {
    const std::string command = with.json ? "status-json" : with.watch ? "sup" : "status";
    for (bool first = true;; first = false) {
        std::vector<control::serving_places> found;
        try {
            found = places(with);
        } catch (const error&) {
            if (first) throw;
            return told_end(with);
        }
        bool answered = false;
        bool silent = false;
        bool stands_still = false;
        for (const auto& one : found) {
            try {
                std::fputs(ask(one, command, with).c_str(), stdout);
                answered = true;
            } catch (const error& failure) {
                silent = true;
                stands_still |= !one.unix_path.empty() && control::is_served(one.unix_path);
                if (first || stands_still)
                    std::fputs((std::string(failure.what()) + "\n").c_str(), stderr);
            }
        }
        std::fflush(stdout);
        if (first && !answered) return refused;
        if (!with.watch) return silent ? refused : 0;
        if (!answered && !stands_still) return told_end(with);
        std::this_thread::sleep_for(between_looks);
    }
}

// An empty variable of a script must not have a command go to whatever runs here.
std::string said(const std::string& value) {
    return value.empty() ? "the value is empty" : "";
}

void add_place(CLI::App& to, remote_options& into) {
    auto* const socket = to.add_option("--socket", into.socket, "Unix socket of the migration")
                             ->option_text("PATH")
                             ->check(said);
    auto* const port = to.add_option("--port", into.port, "TCP port, as --serve-tcp-port has it")
                           ->option_text("PORT")
                           ->check(CLI::Range(1, 65'535))
                           ->excludes(socket);
    // There is no port by default: without one a command would go to a run of this machine.
    to.add_option("--host", into.host, "Where it takes commands over TCP; needs --port")
        ->option_text("HOST")
        ->check(said)
        ->needs(port);
    to.add_option("--timeout", into.timeout, "Seconds to wait for an answer")
        ->option_text("SECONDS")
        ->check(CLI::Range(1, 86'400));
}

// What is read goes to `into`, which outlives `app`.
void declare(CLI::App& app, remote_options& into) {
    app.require_subcommand(1);
    auto* const ctl = app.add_subcommand("ctl", "Sends a command, and prints the answer");
    add_place(*ctl, into);
    ctl->add_option("command", into.words, "The command, as `help` lists them")
        ->required()
        ->option_text("COMMAND");
    auto* const look = app.add_subcommand("status", "Prints how far migrations are");
    add_place(*look, into);
    look->add_flag("--json", into.json, "One JSON object a line");
    look->add_flag("--watch", into.watch, "Each second, until the migration has ended");
    look->footer(
        "With --database DB, --host and the flags of a login it tells what is going on in that "
        "schema,\nsince when, and by whom, as runs have written it down there.");
}

// gh-ost's flags may have one minus.
bool names_a_database(const std::vector<std::string>& arguments) {
    return std::ranges::any_of(arguments, [](std::string_view one) {
        const auto name = one.substr(0, one.find('='));
        return name == "--database" || name == "-database";
    });
}

}  // namespace

std::vector<remote_flag> remote_flags(std::string_view command) {
    remote_options unused;
    CLI::App app;
    declare(app, unused);
    std::vector<remote_flag> found;
    for (const CLI::Option* const one : app.get_subcommand(std::string(command))->get_options())
        if (!one->get_lnames().empty())
            found.push_back({"--" + one->get_lnames().front(), one->get_items_expected_max() > 0});
    return found;
}

std::optional<int> run_remote(const std::vector<std::string>& arguments) {
    if (arguments.empty() || (arguments.front() != "ctl" && arguments.front() != "status"))
        return std::nullopt;
    if (arguments.front() == "status" && names_a_database(arguments)) return std::nullopt;
    remote_options with;
    CLI::App app("Asks or steers a running migration through its socket.", "segue");
    declare(app, with);
    try {
        // CLI11 takes them from the end.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        std::fputs(app.help().c_str(), stdout);
        return 0;
    } catch (const CLI::ParseError& problem) {
        std::fputs(fmt::format("{}\nsegue {} --help tells what can be said\n", problem.what(),
                               arguments.front())
                       .c_str(),
                   stderr);
        return wrong_arguments;
    }
    try {
        return app.got_subcommand("ctl") ? control(with) : status(with);
    } catch (const error& failure) {
        std::fputs((std::string(failure.what()) + "\n").c_str(), stderr);
        return refused;
    }
}

}  // namespace segue::cli
