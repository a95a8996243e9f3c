#pragma once

#include "src/migration/progress.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

namespace segue::display {

/// Rows copied in a second, over the last few seconds. Pure.
class copy_rate {
  public:
    static constexpr std::chrono::seconds window{5};

    /// `elapsed` never goes back, nor do the rows.
    void sample(std::chrono::milliseconds elapsed, std::uint64_t rows);
    /// 0 before there are two samples.
    double per_second() const;

  private:
    struct point {
        std::chrono::milliseconds elapsed{0};
        std::uint64_t rows = 0;
    };
    std::deque<point> points_;
};

struct row_style {
    unsigned columns = 80;
    bool colour = false;
};

/// A progress bar with what stands beside it, in one row that leaves the terminal's last column
/// free. What has no room is left out: the bar first, then the lag, the backlog, the rate.
/// Control characters in reasons do not come through.
std::string progress_row(const migration::progress& at, double rows_per_second, row_style style);

}  // namespace segue::display
