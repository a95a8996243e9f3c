#include "src/base/nearest_names.hpp"

#include "src/base/table_name.hpp"

#include <algorithm>
#include <utility>

namespace segue {
namespace {

constexpr std::size_t part_letters_min = 5;

std::string folded(std::string_view name) {
    std::string plain(name);
    for (char& c : plain) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '_') c = '-';
    }
    return plain;
}

/// Letters changed, added, left out, or exchanged with their neighbour (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view written, std::span<const std::string> known,
                                       std::size_t count) {
    const std::string wanted = folded(written);
    const std::size_t most = std::max<std::size_t>(1, wanted.size() / 4);
    std::vector<std::pair<std::size_t, const std::string*>> near;
    for (const std::string& name : known) {
        const std::string candidate = folded(name);
        const std::size_t far = distance(wanted, candidate);
        if (far <= most)
            near.emplace_back(far, &name);
        else if (wanted.size() >= part_letters_min && candidate.find(wanted) != candidate.npos)
            near.emplace_back(most + far, &name);
    }
    std::ranges::stable_sort(near, {}, [](const auto& one) { return one.first; });
    std::vector<std::string> names;
    for (const auto& [far, name] : near)
        if (names.size() < count) names.push_back(*name);
    return names;
}

std::string did_you_mean(std::string_view written, std::span<const std::string> known) {
    constexpr std::size_t most = 3;
    std::string names;
    for (const std::string& near : nearest_names(written, known, most))
        names += (names.empty() ? "" : ", ") + quoted_name(near);
    return names.empty() ? "" : "Did you mean " + names + "? ";
}

}  // namespace segue
