#include "tests/fuzz/event_stream_fuzz.hpp"

#include <fstream>
#include <iostream>
#include <random>
#include <string>

namespace {

using input = std::vector<std::uint8_t>;

/// A few changes of the kinds that find faults in decoders. The same each time.
input mutated(input from, std::mt19937& random) {
    const auto any = [&random](std::size_t below) {
        return static_cast<std::size_t>(random() % below);
    };
    for (std::size_t changes = 1 + any(4); changes > 0 && from.size() > 1; --changes) {
        const std::size_t at = 1 + any(from.size() - 1);
        const auto place = from.begin() + static_cast<std::ptrdiff_t>(at);
        switch (any(6)) {
            case 0:
                from[at] ^= static_cast<std::uint8_t>(1U << any(8));
                break;
            case 1:
                from[at] = static_cast<std::uint8_t>(any(256));
                break;
            case 2:
                for (std::size_t i = at; i < std::min(from.size(), at + 1 + any(8)); ++i)
                    from[i] = 0xff;
                break;
            case 3:
                from.resize(at);
                break;
            case 4:
                from.erase(place, place + 1);
                break;
            default:
                from.insert(place, 1 + any(8), static_cast<std::uint8_t>(any(256)));
                break;
        }
    }
    return from;
}

}  // namespace

/// Runs the fuzz target over its seeds and over many mutations of them, in any build.
/// With --write DIRECTORY: writes the seeds there, as a corpus for libFuzzer.
int main(int argc, char** argv) {
    const auto seeds = segue::binlog::fuzz::seeds(SEGUE_BINLOG_TEST_DATA);
    if (argc == 3 && std::string(argv[1]) == "--write") {
        for (std::size_t i = 0; i < seeds.size(); ++i) {
            std::ofstream file(std::string(argv[2]) + "/seed-" + std::to_string(i),
                               std::ios::binary);
            for (const std::uint8_t b : seeds[i]) file.put(static_cast<char>(b));
        }
        return 0;
    }
    constexpr int mutations_of_each = 500;
    std::mt19937 random(1);
    for (const input& seed : seeds) {
        segue::binlog::fuzz::run_input(seed);
        for (int i = 0; i < mutations_of_each; ++i)
            segue::binlog::fuzz::run_input(mutated(seed, random));
    }
    std::cout << seeds.size() << " seeds, each mutated " << mutations_of_each << " times\n";
    return 0;
}
