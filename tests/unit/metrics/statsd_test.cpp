#include "src/base/error.hpp"
#include "src/metrics/statsd_address.hpp"
#include "src/metrics/statsd_line.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::metrics {
namespace {

using texts = std::vector<std::string>;

TEST(a_statsd_line, has_the_name_the_value_its_kind_and_the_tags) {
    EXPECT_EQ(statsd_line("startup", 1, metric_kind::count, {}), "gh_ost.startup:1|c");
    EXPECT_EQ(statsd_line("row_copy.rows_copied", 123'456'789'012.0, metric_kind::gauge,
                          texts{"env:prod", "service:gh-ost"}),
              "gh_ost.row_copy.rows_copied:123456789012|g|#env:prod,service:gh-ost");
    EXPECT_EQ(statsd_line("lag.heartbeat_seconds", 0.25, metric_kind::gauge, texts{"a:b"}),
              "gh_ost.lag.heartbeat_seconds:0.25|g|#a:b");
    EXPECT_EQ(statsd_line("throttle.duration_milliseconds", 1500, metric_kind::histogram, {}),
              "gh_ost.throttle.duration_milliseconds:1500|h");
}

TEST(a_statsd_line, is_not_broken_by_a_tag) {
    EXPECT_EQ(statsd_line("x", 0, metric_kind::gauge, texts{"reason:a,b|c\nd"}),
              "gh_ost.x:0|g|#reason:a_b_c_d");
}

TEST(a_statsd_address, is_a_host_with_its_port_or_a_unix_socket) {
    EXPECT_EQ(parse_statsd_address("db1:8125").host, "db1");
    EXPECT_EQ(parse_statsd_address("db1:8125").port, 8125);
    EXPECT_EQ(parse_statsd_address("[::1]:8125").host, "::1");
    EXPECT_EQ(parse_statsd_address("unix:///run/dsd.sock").unix_path, "/run/dsd.sock");
    for (const char* const wrong : {"", "db1", "db1:", ":8125", "db1:0", "db1:65536", "db1:8125x",
                                    "::1:8125", "unix://x", "http://db1"})
        EXPECT_THROW(parse_statsd_address(wrong), error) << wrong;
}

}  // namespace
}  // namespace segue::metrics
