#include "src/metrics/statsd_line.hpp"

#include <fmt/format.h>

namespace segue::metrics {
namespace {

constexpr std::string_view prefix = "gh_ost.";

char letter_of(metric_kind kind) {
    switch (kind) {
        case metric_kind::gauge:
            return 'g';
        case metric_kind::count:
            return 'c';
        case metric_kind::histogram:
            return 'h';
    }
    return 'g';
}

}  // namespace

std::string statsd_line(std::string_view name, double value, metric_kind kind,
                        std::span<const std::string> tags) {
    std::string line = fmt::format("{}{}:{}|{}", prefix, name, value, letter_of(kind));
    for (bool first = true; const std::string& tag : tags) {
        line += first ? "|#" : ",";
        first = false;
        for (const char c : tag)
            line += c == ',' || c == '|' || c == '\n' || c == '\r' || c == '\0' ? '_' : c;
    }
    return line;
}

}  // namespace segue::metrics
