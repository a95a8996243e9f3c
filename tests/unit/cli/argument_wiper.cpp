#include "cli/command_line/arguments.hpp"

#include <fstream>
#include <iostream>
#include <string>

// Prints the arguments it was given, one per line, then what the system shows of them.
int main(int argc, char* argv[]) {
    for (const auto& argument : segue::cli::take_arguments(argc, argv))
        std::cout << argument << '\n';
    std::cout << "shown:\n" << std::ifstream("/proc/self/cmdline").rdbuf();
}
