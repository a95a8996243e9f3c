#pragma once

#include <array>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

namespace segue::tables {

/// ", process 4711 on host", which a state says behind the account whose run it is of.
inline std::string this_process() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host.front() = '\0';
    return fmt::format(", process {} on {}", ::getpid(), host.data());
}

}  // namespace segue::tables
