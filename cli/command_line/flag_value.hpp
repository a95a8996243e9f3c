#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::cli {

/// One flag's value as it was given, or its default; already known to be of the flag's kind.
class flag_value {
  public:
    /// `notices` outlives it.
    flag_value(std::string_view name, std::string text, std::vector<std::string>& notices)
        : name_(name), text_(std::move(text)), notices_(&notices) {}

    std::string_view name() const noexcept { return name_; }
    const std::string& text() const noexcept { return text_; }
    bool on() const { return text_ == "true"; }
    std::int64_t integer() const;
    double real() const;

    /// An integer; one out of its range is moved to the nearest end of it, with a notice.
    std::int64_t clamped(std::int64_t least, std::int64_t most) const;
    double clamped_real(double least, double most) const;
    /// An integer; throws error for one out of its range.
    std::int64_t within(std::int64_t least, std::int64_t most) const;

    /// Something to be told of it once.
    void notice(std::string text) const { notices_->push_back(std::move(text)); }

  private:
    std::string_view name_;
    std::string text_;
    std::vector<std::string>* notices_;
};

}  // namespace segue::cli
