#include "tests/fuzz/mutation.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

namespace {

using segue::fuzz::input;

// Inputs that were found once: they are kept in the repository, and stay found.
std::vector<input> found_before(std::string_view target) {
    const std::filesystem::path folder = std::filesystem::path(SEGUE_FUZZ_CORPUS) / target;
    std::vector<std::filesystem::path> files;
    if (is_directory(folder))
        for (const auto& one : std::filesystem::directory_iterator(folder))
            files.push_back(one.path());
    std::ranges::sort(files);
    std::vector<input> all;
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        input bytes;
        for (auto at = std::istreambuf_iterator<char>(file); at != std::istreambuf_iterator<char>();
             ++at)
            bytes.push_back(static_cast<std::byte>(*at));
        all.push_back(std::move(bytes));
    }
    return all;
}

}  // namespace

/// driver TARGET: runs it over its seeds, over what was found before, and over many mutations of
/// both, in any build. The same inputs each time.
int main(int argc, char** argv) {
    const auto* const target = argc == 2 ? segue::fuzz::find_target(argv[1]) : nullptr;
    if (target == nullptr) {
        std::cerr << "usage: driver TARGET\n";
        return 2;
    }
    std::vector<input> all = target->seeds();
    for (input& one : found_before(target->name)) all.push_back(std::move(one));
    constexpr std::size_t mutations = 12'000;
    std::mt19937 random(1);
    for (const input& seed : all) {
        target->run(seed);
        for (std::size_t i = 0; i < mutations / all.size(); ++i) {
            input changed = segue::fuzz::mutated(seed, random);
            changed.resize(std::min(changed.size(), target->bytes_max));
            target->run(changed);
        }
    }
    std::cout << all.size() << " inputs, each mutated " << mutations / all.size() << " times\n";
    return 0;
}
