#include "src/tables/saved_state.hpp"

#include "src/base/error.hpp"
#include "tests/fuzz/target.hpp"

#include <array>

namespace segue::fuzz {
namespace {

constexpr std::string_view same = "what was read is written and read as the same";

void check_chunk(const std::string& text) {
    const auto read = tables::chunk_in(7, text);
    const auto again = tables::chunk_in(7, tables::text_of(read));
    must(again.chunk == read.chunk && again.done == read.done && again.rows == read.rows, same);
}

void check_watermark(const std::string& text) {
    const auto read = tables::watermark_in(text);
    const auto again = tables::watermark_in(tables::text_of(read));
    must(again.chunks_below == read.chunks_below && again.up_to == read.up_to &&
             again.rows == read.rows,
         same);
}

void check_resume_point(const std::string& text) {
    const auto read = tables::resume_point_in(text);
    const auto again = tables::resume_point_in(tables::text_of(read));
    must(again.position == read.position && again.server_uuid == read.server_uuid &&
             again.settled_xa == read.settled_xa,
         same);
}

void check_extent(const std::string& text) {
    const auto read = tables::extent_in(text);
    must(tables::extent_in(tables::text_of(read)).end == read.end, same);
}

void check_evicted(const std::string& text) {
    const auto read = tables::evicted_in(text);
    must(tables::evicted_in(tables::text_of(read)) == read, same);
}

}  // namespace

// The column `value` of a row of a run's state, which anybody may have written who writes there.
void run_saved_state(std::span<const std::byte> bytes) {
    constexpr std::array checks = {check_chunk, check_watermark, check_resume_point, check_extent,
                                   check_evicted};
    const std::size_t which = taken_choice(bytes, checks.size());
    static_cast<void>(readable(text_of(bytes), checks[which]));
}

std::vector<input> saved_state_seeds() {
    std::vector<input> all;
    const auto add = [&all](unsigned which, std::initializer_list<std::string_view> texts) {
        for (input& one : inputs_of(which, texts)) all.push_back(std::move(one));
    };
    add(0, {R"({"after":"0001","rows":12,"up_to":null})"});
    add(1, {R"({"chunks_below":3,"rows":400,"up_to":"8000000000000001"})"});
    add(2,
        {R"({"gtids":"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7","server":"u","settled_xa":[]})",
         R"({"file":"log.000001","offset":4,"server":"u","settled_xa":["X'61',X'',1"]})"});
    add(3, {R"({"end":"FF00"})", R"({"end":null})"});
    add(4, {R"({"keys":["01","02FF"]})"});
    return all;
}

}  // namespace segue::fuzz
