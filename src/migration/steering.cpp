#include "src/migration/steering.hpp"

#include <utility>

namespace segue::migration {

void steering::postpone_by(std::string flag_file) {
    std::lock_guard lock(mutex_);
    flag_file_ = std::move(flag_file);
    released_ = false;
}

std::string steering::flag_file() const {
    std::lock_guard lock(mutex_);
    return flag_file_;
}

void steering::release() {
    std::lock_guard lock(mutex_);
    released_ = true;
}

std::string steering::holding_flag_file() const {
    std::lock_guard lock(mutex_);
    return released_ ? "" : flag_file_;
}

void steering::know_status_variables(std::vector<std::string> names) {
    std::lock_guard lock(mutex_);
    status_variables_ = std::move(names);
}

std::vector<std::string> steering::status_variables() const {
    std::lock_guard lock(mutex_);
    return status_variables_;
}

void steering::pause_begins() {
    std::lock_guard lock(mutex_);
    pauses_ = true;
    attempt_now_ = false;
}

void steering::pause_ends() {
    std::lock_guard lock(mutex_);
    pauses_ = false;
}

bool steering::attempt_now() {
    std::lock_guard lock(mutex_);
    attempt_now_ = pauses_;
    return pauses_;
}

bool steering::take_attempt_now() {
    std::lock_guard lock(mutex_);
    return std::exchange(attempt_now_, false);
}

void steering::panic(std::string why) {
    std::lock_guard lock(mutex_);
    if (!panic_) panic_ = std::move(why);
}

std::optional<std::string> steering::panic_words() const {
    std::lock_guard lock(mutex_);
    return panic_;
}

}  // namespace segue::migration
