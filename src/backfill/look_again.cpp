#include "src/backfill/look_again.hpp"

#include "src/backfill/state_table.hpp"
#include "src/backfill/statements.hpp"
#include "src/backfill/verification.hpp"
#include "src/backfill/walker.hpp"

#include <string>
#include <utility>

namespace segue::backfill {

verdict look_again(const looked_at_again& with, std::stop_token stop) {
    const statements texts(with.made);
    const state_table nobodys(with.made.state, "");
    counters count;
    const walker::parts parts{.sessions = with.sessions,
                              .made = with.made,
                              .texts = texts,
                              .state = nobodys,
                              .pace = with.pace,
                              .throttler = with.throttler,
                              .failures_max = with.failures_max,
                              .count = count,
                              .tell = [](const std::string&) {}};
    return verify(parts, std::move(stop));
}

}  // namespace segue::backfill
