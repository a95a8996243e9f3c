#include "cli/command_line/command_help.hpp"

#include <iterator>

namespace segue::cli {
namespace {

// Where the server is, who logs in, and which table it is.
std::vector<std::string_view> with_common_flags(std::vector<std::string_view> own) {
    constexpr std::string_view common[] = {"host",
                                           "port",
                                           "socket",
                                           "user",
                                           "password",
                                           "ask-pass",
                                           "conf",
                                           "ssl",
                                           "ssl-ca",
                                           "ssl-cert",
                                           "ssl-key",
                                           "ssl-mode",
                                           "ssl-allow-insecure",
                                           "mysql-timeout",
                                           "database",
                                           "table",
                                           "json",
                                           "verbose",
                                           "debug",
                                           "quiet",
                                           "help"};
    own.insert(own.begin(), std::begin(common), std::end(common));
    return own;
}

command_help help_of_verify() {
    return {
        .about =
            "Usage: segue verify --host HOST --database DB --table TABLE --with-table OTHER ...\n"
            "\n"
            "Compares two tables that nobody writes to, by key, and says which rows differ. With\n"
            "--alter, OTHER is to be what it makes of TABLE: its rows and its definition. Neither\n"
            "is locked or written to; --alter and --set are tried on empty tables beside TABLE,\n"
            "which are dropped again (that needs CREATE, ALTER, INSERT and DROP).\n",
        .flags = with_common_flags({"with-table",
                                    "with-database",
                                    "alter",
                                    "set",
                                    "allow-nondeterministic",
                                    "skip-renamed-columns",
                                    "force-table-names",
                                    "verify",
                                    "threads",
                                    "chunk-time",
                                    "chunk-size",
                                    "nice-ratio",
                                    "default-retries",
                                    "max-load",
                                    "critical-load",
                                    "critical-load-interval-millis",
                                    "critical-load-hibernate-seconds",
                                    "throttle-query",
                                    "throttle-http",
                                    "throttle-http-interval-millis",
                                    "throttle-http-timeout-millis",
                                    "ignore-http-errors",
                                    "throttle-flag-file",
                                    "throttle-additional-flag-file",
                                    "report"}),
        .ends =
            "Exit code: 0 they are equal; 4 they differ; 1 it was refused, stopped, or could "
            "not be done;\n2 the command line cannot be read. More: docs/what-if.md\n"};
}

command_help help_of_cleanup() {
    return {.about =
                "Usage: segue cleanup --host HOST --database DB --table TABLE [--execute] ...\n"
                "\n"
                "Shows what migrations of TABLE that have ended left behind, and with --execute "
                "drops it.\n",
            .flags = with_common_flags({"execute", "force-table-names", "timestamp-old-table"}),
            .ends =
                "Exit code: 0 done; 1 it was refused, stopped, or could not be done; 2 the "
                "command line cannot\nbe read. More: docs/what-if.md\n"};
}

}  // namespace

std::optional<command_help> help_of(job of) {
    if (of == job::verify) return help_of_verify();
    if (of == job::clean_up) return help_of_cleanup();
    return std::nullopt;
}

}  // namespace segue::cli
