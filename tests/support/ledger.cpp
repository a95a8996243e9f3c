#include "tests/support/ledger.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace segue::test {
namespace {

constexpr char field_end = '\x1F';
constexpr char null_mark = '\x1E';

std::string text_of(const std::optional<row_image>& image) {
    return image ? image->text() : "no row";
}

}  // namespace

row_image::row_image(const row& values) {
    for (const auto& field : values) {
        if (field) {
            packed_ += *field;
        } else {
            packed_ += null_mark;
        }
        packed_ += field_end;
    }
    packed_.shrink_to_fit();
}

row row_image::values() const {
    row out;
    for (std::size_t at = 0; at < packed_.size();) {
        const auto end = packed_.find(field_end, at);
        const auto field = packed_.substr(at, end - at);
        if (field == std::string(1, null_mark)) {
            out.emplace_back(std::nullopt);
        } else {
            out.emplace_back(field);
        }
        at = end + 1;
    }
    return out;
}

std::string row_image::text() const {
    std::string out;
    for (const auto& field : values()) {
        if (!out.empty()) out += " | ";
        out += field.value_or("NULL");
    }
    return out;
}

std::string comparison::text() const {
    std::string out = fmt::format(
        "{} rows: {} missing, {} extra, {} different, {} transactions in part; {} keys in doubt",
        rows, missing, extra, different, torn, in_doubt);
    for (const auto& line : first) out += "\n  " + line;
    return out;
}

std::string ledger::select_statement(const table_name& table) const {
    std::string out = "SELECT ";
    for (const auto& read : spec_.naming().read_expressions()) out += read + ",";
    if (!spec_.unique_column.empty()) out += segue::quoted_name(spec_.unique_column) + ",";
    for (const auto& column : spec_.columns) out += read_expression(column) + ",";
    out.pop_back();
    return out + " FROM " + table.quoted();
}

void ledger::load(application_session& session, const table_name& table) {
    const auto keys = spec_.key_columns().size();
    std::lock_guard lock(mutex_);
    rows_.clear();
    session.for_each_row(select_statement(table), [&](const row& read) {
        const auto split = read.begin() + static_cast<std::ptrdiff_t>(keys);
        const row key(read.begin(), split);
        const auto number = spec_.key_number(key);
        require(number.has_value(), "the rows of a workload's table have keys of its spec");
        largest_number_ = std::max(largest_number_, *number);
        if (!spec_.unique_column.empty() && *split)
            largest_unique_value_ =
                std::max<std::int64_t>(largest_unique_value_, std::stoll(**split));
        rows_.emplace(*number, row_image(row(split, read.end())));
    });
}

std::size_t ledger::rows() const {
    std::lock_guard lock(mutex_);
    return rows_.size();
}

std::uint64_t ledger::largest_number() const {
    std::lock_guard lock(mutex_);
    return largest_number_;
}

std::int64_t ledger::largest_unique_value() const {
    std::lock_guard lock(mutex_);
    return largest_unique_value_;
}

std::optional<row_image> ledger::current(std::uint64_t number) const {
    std::lock_guard lock(mutex_);
    const auto found = rows_.find(number);
    if (found == rows_.end()) return std::nullopt;
    return found->second;
}

bool ledger::in_doubt(std::uint64_t number) const {
    std::lock_guard lock(mutex_);
    return doubtful_numbers_.contains(number);
}

void ledger::acknowledge(const std::vector<row_effect>& effects) {
    std::lock_guard lock(mutex_);
    for (const auto& effect : effects) {
        if (effect.after) {
            rows_.insert_or_assign(effect.number, *effect.after);
        } else {
            rows_.erase(effect.number);
        }
    }
}

void ledger::doubt(const std::vector<row_effect>& effects) {
    std::lock_guard lock(mutex_);
    for (const auto& effect : effects) {
        rows_.erase(effect.number);
        doubtful_numbers_.insert(effect.number);
    }
    doubts_.push_back(effects);
}

void ledger::doubt_insert(row_image image) {
    std::lock_guard lock(mutex_);
    doubtful_inserts_.push_back(std::move(image));
}

comparison ledger::compare(application_session& session, const table_name& table,
                           std::size_t first_max) const {
    std::lock_guard lock(mutex_);
    comparison result;
    const auto report = [&](std::uint64_t& count, std::string what) {
        ++count;
        if (result.first.size() < first_max) result.first.push_back(std::move(what));
    };
    const auto keys = spec_.key_columns().size();
    std::unordered_set<std::uint64_t> seen;
    std::unordered_map<std::uint64_t, row_image> found_in_doubt;
    auto unclaimed = doubtful_inserts_;
    session.for_each_row(select_statement(table), [&](const row& read) {
        ++result.rows;
        const auto split = read.begin() + static_cast<std::ptrdiff_t>(keys);
        const row key(read.begin(), split);
        row_image found(row(split, read.end()));
        const auto number = spec_.key_number(key);
        if (number && doubtful_numbers_.contains(*number)) {
            found_in_doubt.emplace(*number, std::move(found));
            return;
        }
        const auto expected = number ? rows_.find(*number) : rows_.end();
        if (expected != rows_.end()) {
            seen.insert(*number);
            if (found != expected->second)
                report(result.different,
                       fmt::format("key {} is different: expected {}; found {}",
                                   spec_.key_text(*number), expected->second.text(), found.text()));
            return;
        }
        if (const auto claimed = std::find(unclaimed.begin(), unclaimed.end(), found);
            claimed != unclaimed.end()) {
            unclaimed.erase(claimed);
            return;
        }
        std::vector<std::string> printed;
        for (const auto& part : key) printed.push_back(part.value_or("NULL"));
        report(result.extra,
               fmt::format("key {} is extra: {}", fmt::join(printed, ","), found.text()));
    });
    for (const auto& [number, expected] : rows_)
        if (!seen.contains(number))
            report(result.missing, fmt::format("key {} is missing: expected {}",
                                               spec_.key_text(number), expected.text()));
    for (const auto& effects : doubts_) {
        result.in_doubt += effects.size();
        bool all_before = true;
        bool all_after = true;
        std::string states;
        for (const auto& effect : effects) {
            const auto at = found_in_doubt.find(effect.number);
            const auto found =
                at == found_in_doubt.end() ? std::nullopt : std::optional(at->second);
            all_before = all_before && found == effect.before;
            all_after = all_after && found == effect.after;
            states += fmt::format("\n    key {}: before {}; after {}; found {}",
                                  spec_.key_text(effect.number), text_of(effect.before),
                                  text_of(effect.after), text_of(found));
        }
        if (!all_before && !all_after)
            report(result.torn,
                   "a transaction of unknown outcome is neither there nor not:" + states);
    }
    result.in_doubt += doubtful_inserts_.size();
    return result;
}

}  // namespace segue::test
