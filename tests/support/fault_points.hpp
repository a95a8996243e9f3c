#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/patience.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace segue::test {

/// What a test switches in segue_faulty (src/base/fault_point.hpp). Made before the process, whose
/// environment it writes, and kept for as long as that runs.
/// Threads: used by one at a time. Lifecycle: the destructor lets go on whoever is still held.
class fault_points {
  public:
    /// At which arrival at a point its action acts.
    struct arrival {
        unsigned long first = 1;  ///< 1 is the first one.
        bool always = false;      ///< Also at each one after it.
    };

    fault_points();
    fault_points(const fault_points&) = delete;
    fault_points& operator=(const fault_points&) = delete;
    ~fault_points();

    fault_points& leave_out(std::string_view rule);
    /// Whoever comes there is held until go(), 20 minutes at most (then the process aborts).
    fault_points& pause(std::string_view point, arrival at);
    fault_points& pause(std::string_view point) { return pause(point, arrival{}); }
    /// The process kills itself there with SIGKILL.
    fault_points& abort(std::string_view point, arrival at);
    fault_points& abort(std::string_view point) { return abort(point, arrival{}); }
    /// segue::error "fault injected at <point>" is thrown there.
    fault_points& fail(std::string_view point, arrival at);
    fault_points& fail(std::string_view point) { return fail(point, arrival{}); }

    /// What segue_faulty is to be started with.
    environment variables() const;
    /// Whether a rule is left out. What comes of that is what the test looks at, and not what is
    /// found when the new table is verified.
    bool leaves_out() const noexcept { return !rules_out_.empty(); }

    bool reached(std::string_view point) const;
    /// Throws segue::error when nobody has come within the limit.
    void wait_reached(std::string_view point, std::chrono::milliseconds limit = patience) const;
    /// Lets whoever is held there go on, and whoever comes later pass.
    void go(std::string_view point);

  private:
    fault_points& add(std::string_view point, arrival at, const std::string& action);
    std::filesystem::path file(std::string_view point, std::string_view ending) const;

    std::filesystem::path folder_;
    std::string rules_out_;
    std::string points_;
};

}  // namespace segue::test
