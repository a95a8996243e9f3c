// What a running migration tells a StatsD server.
#include "tests/integration/migration/quiet_run.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Takes datagrams, and keeps their lines.
class statsd_server {
  public:
    statsd_server() : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t bytes = sizeof(at);
        if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0 ||
            ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &bytes) != 0)
            throw std::runtime_error("no port for datagrams");
        port_ = ntohs(at.sin_port);
    }
    statsd_server(const statsd_server&) = delete;
    statsd_server& operator=(const statsd_server&) = delete;
    ~statsd_server() { ::close(descriptor_); }

    std::string flag() const { return fmt::format("--statsd-addr=127.0.0.1:{}", port_); }
    const std::vector<std::string>& lines() {
        std::array<char, 65'536> datagram{};
        for (ssize_t got = 0;
             (got = ::recv(descriptor_, datagram.data(), datagram.size(), 0)) > 0;) {
            std::istringstream in(std::string(datagram.data(), static_cast<std::size_t>(got)));
            for (std::string line; std::getline(in, line);) lines_.push_back(line);
        }
        return lines_;
    }
    bool has(const std::string& beginning) {
        return std::ranges::any_of(
            lines(), [&](const std::string& line) { return line.starts_with(beginning); });
    }

  private:
    int descriptor_;
    int port_ = 0;
    std::vector<std::string> lines_;
};

class a_run_with_metrics : public testing::Test {
  protected:
    a_run_with_metrics() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)");
        run.session().execute("INSERT INTO t (a) VALUES (1), (2), (3)");
    }
    quiet_run run{shared_server()};
};

TEST_F(a_run_with_metrics, tells_how_far_it_is_by_gh_osts_names_and_with_every_tag) {
    statsd_server server;
    const std::string throttle = run.flag().string() + ".throttle";
    std::ofstream(throttle).flush();
    run.start("ADD COLUMN b INT",
              {.postponed = true,
               .more = {server.flag(), "--statsd-tags=env:prod", "--statsd-tags", "service:orders",
                        "--throttle-flag-file=" + throttle}});
    run.wait_until("it throttles", [&] { return server.has("gh_ost.throttle.active:1|g"); });
    run.segue().wait_for_output("State: throttled, flag-file");
    fs::remove(throttle);
    run.wait_until("the copy is told", [&] {
        return server.has("gh_ost.row_copy.rows_copied:3|g|#env:prod,service:orders");
    });
    run.session().execute("UPDATE t SET a=a+1");
    run.wait_until("replay is told", [&] { return server.has("gh_ost.dml.events_applied:3|g"); });
    run.let_cut_over();
    run.expect_swapped();

    for (const char* const beginning :
         {"gh_ost.startup:1|c|#env:prod,service:orders", "gh_ost.row_copy.rows_estimate:3|g",
          "gh_ost.binlog.backlog_size:0|g", "gh_ost.binlog.backlog_capacity:200000|g",
          "gh_ost.binlog.backlog_utilization:0|g", "gh_ost.lag.replication_seconds:",
          "gh_ost.lag.heartbeat_seconds:", "gh_ost.throttle.active:0|g",
          "gh_ost.throttle.duration_milliseconds:",
          "gh_ost.throttle.events_total:1|c|#env:prod,service:orders,reason:flag-file"})
        EXPECT_TRUE(server.has(beginning)) << beginning;
    const std::regex form(
        R"(gh_ost\.[a-z_]+(\.[a-z_]+)?:[0-9.e-]+\|[gch]\|#env:prod,service:orders(,[a-z]+:.+)?)");
    for (const std::string& line : server.lines())
        EXPECT_TRUE(std::regex_match(line, form)) << line;
    EXPECT_EQ(std::ranges::count_if(
                  server.lines(),
                  [](const std::string& line) { return line.starts_with("gh_ost.startup:"); }),
              1);
}

TEST_F(a_run_with_metrics, tells_what_became_of_attempts_to_swap) {
    statsd_server server;
    application_session holder(run.server().over_tcp(), run.schema());
    run.start("ADD COLUMN b INT", {.postponed = true, .more = {server.flag()}});
    run.segue().wait_for_output("State: postponing cut-over");
    holder.execute("BEGIN");
    holder.execute("UPDATE t SET a=a+1");
    run.let_cut_over();
    run.wait_until("an attempt gave way",
                   [&] { return server.has("gh_ost.cut_over.attempts_total:1|c|#outcome:retry"); });
    EXPECT_FALSE(server.has("gh_ost.cut_over.total_duration_milliseconds:"));
    holder.execute("COMMIT");
    run.expect_swapped();
    EXPECT_TRUE(server.has("gh_ost.cut_over.attempts_total:1|c|#outcome:success"));
    const std::regex total(
        R"(gh_ost\.cut_over\.total_duration_milliseconds:[0-9]+\|h\|#outcome:success)");
    EXPECT_EQ(
        std::ranges::count_if(
            server.lines(), [&](const std::string& line) { return std::regex_match(line, total); }),
        1);
    EXPECT_THAT(server.lines(), Not(Contains(HasSubstr("outcome:abort"))));
}

TEST_F(a_run_with_metrics, tells_that_no_attempt_to_swap_was_the_last) {
    statsd_server server;
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.execute("SELECT * FROM t");
    run.start("ADD COLUMN b INT", {.more = {server.flag()}});
    run.segue().wait_for_output("cut-over attempt 1 gave way");
    run.segue().signal(SIGTERM);
    run.expect_failed({"stopped by a signal"});
    EXPECT_THAT(server.lines(), Contains(StartsWith("gh_ost.cut_over.attempts_total:")));
    EXPECT_THAT(server.lines(), Contains(AllOf(StartsWith("gh_ost.cut_over.total_duration"),
                                               HasSubstr("|h|#outcome:abort"))));
    EXPECT_THAT(server.lines(), Not(Contains(HasSubstr("outcome:success"))));
}

TEST_F(a_run_with_metrics, is_not_harmed_by_a_server_that_is_not_there) {
    run.start("ADD COLUMN b INT", {.more = {"--statsd-addr=127.0.0.1:1"}});
    run.expect_swapped();
    run.start("ADD COLUMN c INT",
              {.postponed = true,
               .more = {"--statsd-addr=nowhere.invalid:8125", "--initially-drop-old-table"}});
    run.segue().wait_for_output("nothing can be sent to --statsd-addr");
    run.let_cut_over();
    run.expect_swapped();
}

}  // namespace
}  // namespace segue::test
