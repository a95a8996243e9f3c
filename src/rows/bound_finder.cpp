#include "src/rows/bound_finder.hpp"

#include <algorithm>
#include <span>

namespace segue::rows {

std::optional<keys::key_value> find_bound(db::session& session, const statements& texts,
                                          const keys::key_range& range, std::uint64_t rows) {
    const auto legs = texts.legs(range.after);
    for (std::size_t i = 0; i < legs.size(); ++i) {
        const auto found = session.query(texts.bound(legs[i], range.up_to, rows));
        if (!found.empty()) {
            const auto columns = std::span<const db::value>(found.front());
            if (columns.back() != "1") return std::nullopt;
            return texts.codec().from_row(columns.first(columns.size() - 1));
        }
        if (i + 1 == legs.size()) break;
        const auto passed =
            db::to_uint64(session.query_value(texts.count_leg(legs[i], rows)), "COUNT(*)");
        rows -= std::min(passed, rows - 1);
    }
    return std::nullopt;
}

std::optional<keys::key_value> find_middle(db::session& session, const statements& texts,
                                           const keys::key_range& range) {
    const std::uint64_t rows = db::to_uint64(session.query_value(texts.count(range)), "COUNT(*)");
    if (rows < 2) return std::nullopt;
    auto middle = find_bound(session, texts, range, rows / 2);
    if (middle == range.up_to) return std::nullopt;
    return middle;
}

}  // namespace segue::rows
