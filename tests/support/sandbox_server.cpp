#include "tests/support/sandbox_server.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <spawn.h>
#include <sstream>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <sys/wait.h>

namespace segue::test {
namespace {

// The first start ever downloads MySQL.
constexpr std::chrono::minutes start_limit{15};
constexpr std::chrono::minutes command_limit{5};

const std::string sandbox_script = std::string(SEGUE_SOURCE_DIR) + "/scripts/sandbox";

/// The folder of this process' servers. A shell outside of this process waits until the process
/// is gone, however it went, and then removes what it left.
class sandbox_folder {
  public:
    sandbox_folder() {
        // In TMPDIR, so that a script can find what is left; that is to be a short path, as a
        // socket's is at most 107 characters.
        std::string made = std::filesystem::temp_directory_path() / "segue-test.XXXXXX";
        if (::mkdtemp(made.data()) == nullptr)
            throw error("making a folder for servers: " + std::string(std::strerror(errno)));
        path_ = made;
        start_cleaner();
    }
    sandbox_folder(const sandbox_folder&) = delete;
    sandbox_folder& operator=(const sandbox_folder&) = delete;
    ~sandbox_folder() {
        std::error_code not_empty;
        std::filesystem::remove_all(path_, not_empty);
        ::close(alive_);
    }

    environment variables() const { return {{"SEGUE_SANDBOX_DIR", path_.string()}}; }

  private:
    void start_cleaner() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw error("making a pipe: " + std::string(std::strerror(errno)));
        alive_ = ends[1];
        const std::string clean =
            "cat; if [ -d \"$SEGUE_SANDBOX_DIR\" ]; then \"$0\" stop --all; "
            "rm -rf \"$SEGUE_SANDBOX_DIR\"; fi";
        const std::string detach = "SEGUE_SANDBOX_DIR='" + path_.string() +
                                   "' setsid sh -c \"$1\" \"$0\" <&3 3<&- >/dev/null 2>&1 &";
        std::array<std::string, 5> words{"sh", "-c", detach, sandbox_script, clean};
        std::array<char*, 6> arguments{};
        for (std::size_t i = 0; i < words.size(); ++i) arguments.at(i) = words.at(i).data();
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[0], 3);
        pid_t shell = -1;
        const int failed =
            ::posix_spawnp(&shell, "sh", &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[0]);
        if (failed != 0) throw error("starting sh: " + std::string(std::strerror(failed)));
        ::waitpid(shell, nullptr, 0);
    }

    std::filesystem::path path_;
    int alive_ = -1;  // open for as long as this process lives
};

const sandbox_folder& folder() {
    static const sandbox_folder made;
    return made;
}

std::string run_sandbox(const std::vector<std::string>& arguments,
                        std::chrono::milliseconds limit) {
    auto result = run_command(sandbox_script, arguments, folder().variables(), limit);
    if (result.exit_code != 0)
        throw error("scripts/sandbox " + arguments.front() + " failed with exit code " +
                    std::to_string(result.exit_code) + ":\n" + result.err + result.out);
    return std::move(result.out);
}

/// KEY=VALUE lines in shell quoting; no value holds what needs more than backslashes.
std::map<std::string, std::string> parse_env(const std::string& text) {
    std::map<std::string, std::string> values;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find('=');
        if (equals == std::string::npos) continue;
        std::string value;
        for (std::size_t i = equals + 1; i < line.size(); ++i) {
            if (line[i] == '\\' && i + 1 < line.size()) ++i;
            value += line[i];
        }
        values.emplace(line.substr(0, equals), value == "''" ? "" : value);
    }
    return values;
}

std::string next_name(std::string_view prefix) {
    static std::atomic<unsigned> count{0};
    return std::string(prefix) + std::to_string(++count);
}

}  // namespace

sandbox_server::sandbox_server(const server_options& options) : name_(next_name("s")) {
    std::vector<std::string> start{"start", name_};
    if (options.replica_of != nullptr) {
        start.emplace_back("--replica-of");
        start.push_back(options.replica_of->name());
    }
    if (!options.version.empty()) {
        start.emplace_back("--version");
        start.push_back(options.version);
    }
    // Many servers at once, each with its own, would use up what the system has (fs.aio-max-nr).
    start.insert(start.end(), {"--", "--innodb-use-native-aio=OFF"});
    start.insert(start.end(), options.mysqld.begin(), options.mysqld.end());
    run_sandbox(start, start_limit);

    auto values = parse_env(run_sandbox({"env", name_}, command_limit));
    version_ = values["SEGUE_VERSION"];
    data_folder_ = values["SEGUE_DATADIR"];
    tcp_.server.host = values["SEGUE_HOST"];
    tcp_.server.port =
        static_cast<std::uint16_t>(db::to_uint64(values["SEGUE_PORT"], "SEGUE_PORT"));
    tcp_.user = values["SEGUE_USER"];
    tcp_.password = values["SEGUE_PASSWORD"];
    socket_ = tcp_;
    socket_.server.socket = values["SEGUE_SOCKET"];
    factory_ = std::make_unique<db::session_factory>(tcp_);
    auto root = socket_;
    root.user = "root";
    root.password.clear();
    root_factory_ = std::make_unique<db::session_factory>(root);
}

sandbox_server::~sandbox_server() {
    try {
        // Nobody wants its data any more, so it need not shut down in order.
        run_command(sandbox_script, {"kill", name_}, folder().variables(), command_limit);
        run_sandbox({"stop", name_}, command_limit);
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "stopping a test server: %s\n", failed.what());
    }
}

void sandbox_server::kill_hard() {
    run_sandbox({"kill", name_}, command_limit);
}

void sandbox_server::resume() {
    run_sandbox({"resume", name_}, command_limit);
}

void sandbox_server::signal(int number) {
    pid_t pid = 0;
    if (std::ifstream file(data_folder_.parent_path() / "pid"); !(file >> pid) || pid <= 0)
        throw error("there is no process of the server " + name_);
    if (::kill(pid, number) != 0)
        throw error("a signal to the server " + name_ + ": " + std::strerror(errno));
}

sandbox_server& shared_server(const std::vector<std::string>& mysqld, const std::string& version) {
    folder();  // must outlive the servers
    static std::mutex mutex;
    static std::map<std::pair<std::string, std::vector<std::string>>,
                    std::unique_ptr<sandbox_server>>
        servers;
    std::lock_guard lock(mutex);
    auto& server = servers[{version, mysqld}];
    if (!server)
        server =
            std::make_unique<sandbox_server>(server_options{.mysqld = mysqld, .version = version});
    return *server;
}

std::optional<std::string> why_not_to_be_had(const std::string& version) {
    constexpr int not_to_be_had = 3;
    static std::mutex mutex;
    static std::map<std::string, command_result> fetched;
    std::lock_guard lock(mutex);
    if (!fetched.contains(version))
        fetched[version] = run_command(sandbox_script, {"fetch", "--version", version},
                                       folder().variables(), start_limit);
    const auto& result = fetched[version];
    if (result.exit_code == 0) return std::nullopt;
    const std::string said = result.err + result.out;
    if (result.exit_code != not_to_be_had)
        throw error("scripts/sandbox fetch --version " + version + ":\n" + said);
    return "MySQL " + version + " is not to be had here: " + said;
}

fresh_schema::fresh_schema(const sandbox_server& server)
    : server_(server), name_(next_name("test_")) {
    server_.connect().execute("CREATE DATABASE " + segue::quoted_name(name_));
}

fresh_schema::~fresh_schema() {
    try {
        server_.connect().execute("DROP DATABASE " + segue::quoted_name(name_));
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "dropping the schema %s: %s\n", name_.c_str(), failed.what());
    }
}

}  // namespace segue::test
