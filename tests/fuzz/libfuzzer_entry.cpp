#include "tests/fuzz/target.hpp"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string_view>

// One program for all targets. libFuzzer passes over what begins with two dashes.
//   --target=NAME   which one; needed
//   --seeds=FOLDER  writes its seeds there, as the beginning of a corpus, and ends
//   --list          tells the targets with the longest input of each, and ends
// https://llvm.org/docs/LibFuzzer.html#startup-initialization
namespace {

const segue::fuzz::target* chosen = nullptr;

void list() {
    for (const segue::fuzz::target& one : segue::fuzz::targets())
        std::cout << one.name << " " << one.bytes_max << "\n";
}

void write_seeds(const std::string& folder) {
    int number = 0;
    for (const segue::fuzz::input& seed : chosen->seeds()) {
        std::ofstream file(folder + "/seed-" + std::to_string(++number), std::ios::binary);
        for (const std::byte b : seed) file.put(static_cast<char>(b));
    }
}

std::string_view behind(std::string_view prefix, std::string_view argument) {
    return argument.starts_with(prefix) ? argument.substr(prefix.size()) : std::string_view();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    const std::span<char*> arguments(*argv, static_cast<std::size_t>(*argc));
    std::string folder;
    for (const std::string_view one : arguments) {
        if (one == "--list") {
            list();
            std::exit(0);
        }
        if (const auto name = behind("--target=", one); !name.empty())
            chosen = segue::fuzz::find_target(name);
        if (const auto name = behind("--seeds=", one); !name.empty()) folder = name;
    }
    if (chosen == nullptr) {
        std::cerr << "--target=NAME is needed; --list tells the names\n";
        std::exit(2);
    }
    if (folder.empty()) return 0;
    write_seeds(folder);
    std::exit(0);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run(std::as_bytes(std::span(data, size)));
    return 0;
}
