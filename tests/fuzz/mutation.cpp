#include "tests/fuzz/mutation.hpp"

#include <algorithm>
#include <cstddef>

namespace segue::fuzz {

input mutated(input from, std::mt19937& random) {
    const auto any = [&random](std::size_t below) {
        return static_cast<std::size_t>(random() % below);
    };
    for (std::size_t changes = 1 + any(4); changes > 0 && !from.empty(); --changes) {
        const std::size_t at = any(from.size());
        const auto place = from.begin() + static_cast<std::ptrdiff_t>(at);
        switch (any(6)) {
            case 0:
                from[at] ^= static_cast<std::byte>(1U << any(8));
                break;
            case 1:
                from[at] = static_cast<std::byte>(any(256));
                break;
            case 2:
                for (std::size_t i = at; i < std::min(from.size(), at + 1 + any(8)); ++i)
                    from[i] = std::byte{0xff};
                break;
            case 3:
                from.resize(at);
                break;
            case 4:
                from.erase(place, place + 1);
                break;
            default:
                from.insert(place, 1 + any(8), static_cast<std::byte>(any(256)));
                break;
        }
    }
    return from;
}

}  // namespace segue::fuzz
