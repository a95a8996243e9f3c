#include "tests/fuzz/event_stream_fuzz.hpp"
#include "tests/fuzz/mutation.hpp"

#include <fstream>
#include <iostream>
#include <random>
#include <string>

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
    for (const segue::fuzz::input& seed : seeds) {
        segue::binlog::fuzz::run_input(seed);
        for (int i = 0; i < mutations_of_each; ++i)
            segue::binlog::fuzz::run_input(segue::fuzz::mutated(seed, 1, random));
    }
    std::cout << seeds.size() << " seeds, each mutated " << mutations_of_each << " times\n";
    return 0;
}
