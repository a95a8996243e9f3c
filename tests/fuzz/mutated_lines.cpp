#include "tests/fuzz/command_fuzz.hpp"

#include <iostream>
#include <random>

/// Runs the fuzz target of socket commands over its lines and over many mutations of them, in any
/// build.
int main() {
    constexpr int mutations_of_each = 20'000;
    std::mt19937 random(1);
    const auto all = segue::control::fuzz::lines();
    for (const segue::fuzz::input& line : all) {
        segue::control::fuzz::run_line(line);
        for (int i = 0; i < mutations_of_each; ++i)
            segue::control::fuzz::run_line(segue::fuzz::mutated(line, 0, random));
    }
    std::cout << all.size() << " lines, each mutated " << mutations_of_each << " times\n";
    return 0;
}
