#include "binlog/gtid_set.hpp"

#include "src/base/error.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace segue::fuzz {
namespace {

using binlog::gtid_set;

void check_one(const gtid_set& set) {
    must(gtid_set::parse(set.text()) == set, "a set that was printed is read as the same");
    must(gtid_set::decode(set.encoded()) == set, "so is one that was encoded");
    must(set.is_subset_of(set) && set.without(set).empty(), "a set is in itself");
    must(set.gaps_behind(set).empty(), "behind what was seen of it there are no gaps");
}

void check_two(const gtid_set& one, const gtid_set& other) {
    gtid_set both = one;
    both.add(other);
    const gtid_set rest = one.without(other);
    must(one.is_subset_of(both) && other.is_subset_of(both), "a union holds both");
    must(both.without(other) == rest, "what it holds besides the one is of the other");
    must(rest.empty() == one.is_subset_of(other), "a subset leaves nothing");
    gtid_set again = rest;
    again.add(other);
    must(again == both, "what was taken away can be added again");
    const gtid_set gaps = one.gaps_behind(other);
    must(gaps.without(one) == gaps, "a gap is not in the set");
}

gtid_set read(std::span<const std::byte> bytes, bool binary) {
    return binary ? gtid_set::decode(bytes) : gtid_set::parse(text_of(bytes));
}

}  // namespace

// Two sets as text with a ; between them, or one in its binary form.
void run_gtid_set(std::span<const std::byte> bytes) {
    const bool binary = taken_choice(bytes, 2) == 1;
    try {
        if (binary) return check_one(read(bytes, true));
        const auto between = std::ranges::find(bytes, std::byte{';'});
        const auto size = static_cast<std::size_t>(between - bytes.begin());
        const gtid_set one = read(bytes.first(size), false);
        check_one(one);
        if (size < bytes.size()) check_two(one, read(bytes.subspan(size + 1), false));
    } catch (const error&) {
    }
}

std::vector<input> gtid_set_seeds() {
    using namespace std::string_view_literals;
    std::vector<input> all = inputs_of(
        0, {"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7",
            "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3:tag:1-2:x:9,\n"
            "3e11fa47-71ca-11e1-9e33-c80aa9429562:8;3e11fa47-71ca-11e1-9e33-c80aa9429562:2-9",
            "3E11FA4771CA11E19E33C80AA9429562:1-9223372036854775806;"
            "3e11fa47-71ca-11e1-9e33-c80aa9429562:5"});
    for (input& one :
         inputs_of(1, {"\1\0\0\0\0\0\0\0"
                       "0123456789abcdef\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0"sv,
                       "\1\1\0\0\0\0\0\1"
                       "0123456789abcdef\6tag\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0"sv}))
        all.push_back(std::move(one));
    return all;
}

}  // namespace segue::fuzz
