#pragma once

#include <span>
#include <string>
#include <string_view>

namespace segue::metrics {

enum class metric_kind { gauge, count, histogram };

/// One value in DogStatsD's format, without a line's end:
/// `gh_ost.dml.events_applied:12|g|#env:prod`. What would end a tag within `tags` is replaced by
/// `_`. Pure. https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/
std::string statsd_line(std::string_view name, double value, metric_kind kind,
                        std::span<const std::string> tags);

}  // namespace segue::metrics
