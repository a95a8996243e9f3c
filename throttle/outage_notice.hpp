#pragma once

#include "src/base/error.hpp"

#include <string>
#include <string_view>

namespace segue::throttle {

/// Tells on stderr, whatever the log level, that a reading fails, which makes copying wait: once in
/// each outage, and when it is over. Says nothing of a server that is away, which is told by
/// whoever waits for it. Threads: one.
class outage_notice {
  public:
    /// `what`: how it begins, as "the query of --throttle-query".
    explicit outage_notice(std::string what) : what_(std::move(what)) {}

    void failed(const error& failure);
    void over();

    /// What `read` returns. A failure of it is told, and thrown again.
    template <typename Read>
    auto watch(Read read) {
        try {
            auto made = read();
            over();
            return made;
        } catch (const error& failure) {
            failed(failure);
            throw;
        }
    }

  private:
    const std::string what_;
    bool told_ = false;
};

}  // namespace segue::throttle
