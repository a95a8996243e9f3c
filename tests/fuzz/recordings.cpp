#include "tests/fuzz/recordings.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace segue::fuzz {
namespace {

input from_hex_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    input bytes;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        for (std::size_t i = 0; i + 1 < line.size(); i += 2)
            bytes.push_back(static_cast<std::byte>(std::stoi(line.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

input events_of(const input& file) {
    constexpr std::size_t checksum = 4, type_at = 4, length_at = 9;
    constexpr std::byte format_description{15};
    input out;
    bool checksums = false;
    for (std::size_t at = 4; at < file.size();) {
        const auto length_byte = [&](std::size_t i) {
            return std::to_integer<std::size_t>(file[at + length_at + i]);
        };
        const std::size_t length = length_byte(0) | length_byte(1) << 8U | length_byte(2) << 16U;
        const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
        input event(begin, begin + static_cast<std::ptrdiff_t>(length));
        if (event[type_at] == format_description) {
            checksums = event[length - checksum - 1] == std::byte{1};
            event[length - checksum - 1] = std::byte{0};
        } else if (checksums) {
            event.resize(length - checksum);
            for (std::size_t i = 0; i < 4; ++i)
                event[length_at + i] = static_cast<std::byte>(event.size() >> (8 * i) & 0xff);
        }
        out.insert(out.end(), event.begin(), event.end());
        at += length;
    }
    return out;
}

}  // namespace

std::vector<recording> recordings() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(SEGUE_BINLOG_TEST_DATA))
        if (entry.path().extension() == ".hex") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<recording> all;
    for (const auto& path : files)
        all.push_back(
            {.anonymous = path.stem() == "anonymous", .events = events_of(from_hex_file(path))});
    return all;
}

}  // namespace segue::fuzz
