#include "tests/fuzz/event_stream_fuzz.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace segue::binlog::fuzz {

namespace {

using input = std::vector<std::uint8_t>;

input from_hex_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    input bytes;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        for (std::size_t i = 0; i + 1 < line.size(); i += 2)
            bytes.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

/// A recorded file as an input: without the four bytes at its start, and without checksums.
input stream_input(const input& file, input_kind kind) {
    constexpr std::size_t checksum = 4, type_at = 4, length_at = 9, format_description = 15;
    input out{static_cast<std::uint8_t>(kind)};
    bool checksums = false;
    for (std::size_t at = 4; at < file.size();) {
        const auto length_byte = [&](std::size_t i) {
            return std::size_t{file[at + length_at + i]};
        };
        const std::size_t length = length_byte(0) | length_byte(1) << 8U | length_byte(2) << 16U;
        const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
        input event(begin, begin + static_cast<std::ptrdiff_t>(length));
        if (event[type_at] == format_description) {
            checksums = event[length - checksum - 1] == 1;
            event[length - checksum - 1] = 0;
        } else if (checksums) {
            event.resize(length - checksum);
            for (std::size_t i = 0; i < 4; ++i)
                event[length_at + i] = static_cast<std::uint8_t>(event.size() >> (8 * i) & 0xff);
        }
        out.insert(out.end(), event.begin(), event.end());
        at += length;
    }
    return out;
}

input text_input(input_kind kind, std::string_view text) {
    input out;
    out.reserve(1 + text.size());
    out.push_back(static_cast<std::uint8_t>(kind));
    for (const char byte : text) out.push_back(static_cast<std::uint8_t>(byte));
    return out;
}

}  // namespace

std::vector<input> seeds(const std::string& data_directory) {
    std::vector<std::filesystem::path> recordings;
    for (const auto& entry : std::filesystem::directory_iterator(data_directory))
        if (entry.path().extension() == ".hex") recordings.push_back(entry.path());
    std::sort(recordings.begin(), recordings.end());
    std::vector<input> all;
    for (const auto& path : recordings)
        all.push_back(stream_input(from_hex_file(path), path.stem() == "anonymous"
                                                            ? input_kind::stream_by_file
                                                            : input_kind::stream_by_gtid));
    const std::string uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    for (const std::string& text : {uuid + ":1-5:7", uuid + ":1-3:tag:1-2:x:9,\n" + uuid + ":8"})
        all.push_back(text_input(input_kind::gtid_text, text));
    using namespace std::string_view_literals;
    all.push_back(text_input(input_kind::gtid_bytes,
                             "\1\0\0\0\0\0\0\0"
                             "0123456789abcdef\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0"sv));
    all.push_back(
        text_input(input_kind::gtid_bytes,
                   "\1\1\0\0\0\0\0\1"
                   "0123456789abcdef\6tag\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0"sv));
    for (const char* text :
         {"/*!50001 CREATE*/ -- x\n VIEW v", "XA COMMIT X'61',X'',1 ONE PHASE", "ROLLBACK TO `s`",
          "/*!99999 DROP */ DELETE FROM t", "SET DEFAULT ROLE r"})
        all.push_back(text_input(input_kind::statement_text, text));
    return all;
}

}  // namespace segue::binlog::fuzz
