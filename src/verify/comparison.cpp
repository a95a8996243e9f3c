#include "src/verify/comparison.hpp"

#include <fmt/format.h>

namespace segue::verify {
namespace {

std::string by_index(const table_name& table, const std::string& index) {
    return fmt::format("{} FORCE INDEX ({})", table.quoted(), quoted_name(index));
}

std::string null_key(const table_name& table, const std::string& column, bool is) {
    return fmt::format("{}.{} IS {}NULL", table.quoted(), quoted_name(column), is ? "" : "NOT ");
}

}  // namespace

comparison::comparison(const rows::statements& texts, const schema::projection& projection,
                       const schema::table_definition& source,
                       const schema::table_definition& target)
    : texts_(texts),
      target_name_(projection.target),
      source_(by_index(projection.source, projection.key.source_index)),
      target_(by_index(projection.target, projection.key.target_index)),
      source_alone_(projection.source.quoted()),
      found_(null_key(projection.target, projection.key.columns.front().target, false)),
      lacks_(null_key(projection.source, projection.key.columns.front().source, true)),
      compared_(compare_columns(projection, source, target)) {
    equal_ = found_;
    for (const column_comparison& one : compared_.columns) {
        equal_ += " AND " + one.equal;
        digests_ += fmt::format("{}SHA2({},256)", digests_.empty() ? "" : ",", one.value);
    }
}

std::string comparison::source_with_target(const keys::key_range& range) const {
    return fmt::format(" FROM {} LEFT JOIN {} ON {} WHERE {}{}", source_, target_,
                       texts_.is_row_of_source(), texts_.is_in_source(range),
                       texts_.if_it_is_meant());
}

std::string comparison::counts(const keys::key_range& range) const {
    const std::string in_target = by_ranges() ? fmt::format("(SELECT COUNT(*) FROM {} WHERE {})",
                                                            target_, texts_.is_in_target(range))
                                              : fmt::format("COALESCE(SUM({}),0)", found_);
    return fmt::format("SELECT COUNT(*),COALESCE(SUM({}),0),{}{}", equal_, in_target,
                       source_with_target(range));
}

std::string comparison::differing(const keys::key_range& range, std::size_t rows_max) const {
    return fmt::format("SELECT {}{} AND NOT ({}){} LIMIT {}", texts_.source_key(),
                       source_with_target(range), equal_, texts_.source_order(), rows_max);
}

std::string comparison::surplus(const keys::key_range& range, std::size_t rows_max) const {
    if (!by_ranges())
        return fmt::format("SELECT {} FROM {} LEFT JOIN {} ON {}{} WHERE {} LIMIT {}",
                           texts_.target_key(), target_, source_alone_, texts_.is_row_of_source(),
                           texts_.if_it_is_meant(), lacks_, rows_max);
    return fmt::format("SELECT {} FROM {} LEFT JOIN {} ON {}{} WHERE {} AND {}{} LIMIT {}",
                       texts_.target_key(), target_, source_, texts_.is_row_of_source(),
                       texts_.if_it_is_meant(), texts_.is_in_target(range), lacks_,
                       texts_.target_order(), rows_max);
}

std::string comparison::digests(std::span<const keys::key_value> keys) const {
    return texts_.in_target(keys, digests_);
}

}  // namespace segue::verify
