#pragma once

#include "src/base/log.hpp"
#include "src/base/outlet.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace segue::display {

/// The last row of the terminal that is standard output, drawn over in place. Log lines that go to
/// the same terminal are written above it: the row is taken away, and drawn again after them.
/// Lifecycle: the row is there between show() and clear(); nothing else writes to standard output
/// meanwhile. The destructor clears.
/// Threads: show() and clear() on one; the log's calls on any.
class bottom_row final : private log::bystander {
  public:
    /// `out` is standard output's, and outlives it. Precondition: possible().
    explicit bottom_row(outlet& out);
    bottom_row(const bottom_row&) = delete;
    bottom_row& operator=(const bottom_row&) = delete;
    ~bottom_row() override;

    /// Whether standard output is a terminal that can draw over a row.
    static bool possible();
    /// How many columns the terminal has now; 80 where it does not say.
    static unsigned columns();

    /// `text` fits into one row.
    void show(const std::string& text);
    void clear();

  private:
    std::string around(std::string_view line) override;
    void in_turn(const std::function<void()>& action) const;

    outlet& out_;
    const bool shared_;  // log lines go to the same terminal
    std::string text_;   // guarded by the log's turn to write, if shared_
};

}  // namespace segue::display
