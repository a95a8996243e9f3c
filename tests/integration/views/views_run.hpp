#pragma once

#include "tests/support/application_session.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {

/// A schema of its own, and `segue views` over it; views go to the schema `as()`, which is dropped
/// at the end. Threads: one. Lifetime: `server` outlives it.
class views_run {
  public:
    explicit views_run(const sandbox_server& server);
    views_run(const views_run&) = delete;
    views_run& operator=(const views_run&) = delete;
    ~views_run();

    const std::string& schema() const noexcept { return schema_.name(); }
    std::string as() const { return schema() + "_v1"; }
    const sandbox_server& server() const noexcept { return server_; }
    application_session& session() noexcept { return session_; }

    /// `segue views` to its end, which has this exit code; what it printed, and told.
    std::string run(int exit_code, const std::vector<std::string>& more,
                    const fault_points* faults = nullptr) const;
    /// Another command: `words` begin with it.
    std::string other(int exit_code, std::vector<std::string> words,
                      const fault_points* faults = nullptr) const;
    /// With --as and --execute, and those.
    std::string make(int exit_code, std::vector<std::string> more = {},
                     const fault_points* faults = nullptr) const;
    std::string drop(int exit_code, const fault_points* faults = nullptr) const;
    /// All of the server that a test has made: tables and views of both schemas, with their texts.
    std::string everything();
    std::string value(const std::string& query);

  private:
    const sandbox_server& server_;
    const fresh_schema schema_;
    application_session session_;
};

/// A test on both versions of the server; skipped where one cannot be had.
class with_views : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override;
    std::optional<views_run> run_;
};

inline const auto both_versions = testing::Values("", "8.0");
inline std::string name_of_version(const testing::TestParamInfo<std::string>& each) {
    return each.param.empty() ? "newest" : "old";
}

}  // namespace segue::test
