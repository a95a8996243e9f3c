#include "binlog/gtid_set.hpp"

#include "src/base/error.hpp"
#include "tests/unit/binlog/recorded.hpp"

#include <gtest/gtest.h>

namespace segue::binlog::test {
namespace {

const std::string a = "aaaaaaaa-0000-0000-0000-000000000001";
const std::string b = "bbbbbbbb-0000-0000-0000-000000000002";

std::string canonical(const std::string& text) {
    return gtid_set::parse(text).text();
}

gtid_source source(const std::string& uuid_ends, const std::string& tag = "") {
    gtid_source made;
    made.uuid.fill(0xaa);
    made.uuid[15] = static_cast<std::uint8_t>(std::stoi(uuid_ends));
    made.tag = tag;
    return made;
}

TEST(gtid_set, the_empty_text_is_the_empty_set) {
    EXPECT_TRUE(gtid_set::parse("").empty());
    EXPECT_TRUE(gtid_set::parse(" ,\n ,").empty());
    EXPECT_EQ(gtid_set{}.text(), "");
}

TEST(gtid_set, text_of_several_servers_over_several_lines_is_read) {
    EXPECT_EQ(canonical(b + ":1-5:7 ,\n" + a + ":3"), a + ":3," + b + ":1-5:7");
}

TEST(gtid_set, intervals_that_touch_or_overlap_are_one) {
    EXPECT_EQ(canonical(a + ":5-9:1-4:20:8-12"), a + ":1-12:20");
    EXPECT_EQ(canonical(a + ":1," + a + ":2"), a + ":1-2");
}

TEST(gtid_set, upper_case_uuids_and_tags_are_the_same) {
    EXPECT_EQ(canonical("AAAAAAAA-0000-0000-0000-000000000001:Tag:1"), a + ":tag:1");
}

TEST(gtid_set, tags_of_one_server_stand_behind_its_uuid_once) {
    EXPECT_EQ(canonical(a + ":1-3:tag:1-2:4:other_tag:7," + a + ":tag:3"),
              a + ":1-3:other_tag:7:tag:1-4");
    EXPECT_EQ(canonical(a + ":tag:1-5"), a + ":tag:1-5");
}

TEST(gtid_set, text_that_is_no_set_is_an_error) {
    for (const std::string& text :
         {std::string("x"), a, a + ":", a + ":0", a + ":5-4", a + ":1-", a + ":1:", a + ":tag",
          a + ":1:tag", a + ":-1", a + ":1 2", a + ":9223372036854775807",
          a + ":99999999999999999999", a + ":1-2-3", a.substr(0, 35) + ":1", a + ":1;" + b + ":1",
          a + ":tag_of_more_than_thirty_two_chars:1", a + ":1,ANONYMOUS"})
        EXPECT_THROW(gtid_set::parse(text), error) << text;
}

TEST(gtid_set, the_greatest_number_is_accepted) {
    EXPECT_EQ(canonical(a + ":9223372036854775806"), a + ":9223372036854775806");
}

TEST(gtid_set, adding_in_any_order_merges_intervals) {
    gtid_set set;
    for (const unsigned number : {5U, 3U, 9U, 4U, 1U, 2U, 10U, 9U, 7U})
        set.add(source("1"), number);
    EXPECT_EQ(set.text(), "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaa01:1-5:7:9-10");
    set.add(source("1"), 8);
    set.add(source("1"), 6);
    EXPECT_EQ(set.text(), "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaa01:1-10");
}

TEST(gtid_set, a_number_out_of_range_cannot_be_added) {
    gtid_set set;
    EXPECT_THROW(set.add(source("1"), 0), error);
    EXPECT_THROW(set.add(source("1"), gtid_set::number_max + 1), error);
    set.add(source("1"), gtid_set::number_max);
    EXPECT_TRUE(set.contains(source("1"), gtid_set::number_max));
}

TEST(gtid_set, the_union_holds_both) {
    auto set = gtid_set::parse(a + ":1-3:10");
    set.add(gtid_set::parse(a + ":4-8:t:1," + b + ":2"));
    EXPECT_EQ(set.text(), a + ":1-8:10:t:1," + b + ":2");
}

TEST(gtid_set, the_difference_cuts_intervals) {
    const auto from = gtid_set::parse(a + ":1-10:20-30," + b + ":1");
    EXPECT_EQ(from.without(gtid_set::parse(a + ":3-4:8-22:30-40")).text(),
              a + ":1-2:5-7:23-29," + b + ":1");
    EXPECT_TRUE(from.without(from).empty());
    EXPECT_EQ(from.without({}), from);
    EXPECT_EQ(gtid_set::parse(a + ":5:7").without(gtid_set::parse(a + ":1-6")).text(), a + ":7");
    EXPECT_EQ(gtid_set::parse(a + ":1-2:4-5").without(gtid_set::parse(a + ":2-4")).text(),
              a + ":1:5");
}

TEST(gtid_set, tells_what_is_missing_behind_what_was_seen) {
    const auto gaps = [](const std::string& all, const std::string& seen) {
        return gtid_set::parse(all).gaps_behind(gtid_set::parse(seen)).text();
    };
    EXPECT_EQ(gaps(a + ":1-9", a + ":1-5"), "");
    EXPECT_EQ(gaps(a + ":1-9", ""), "");
    EXPECT_EQ(gaps(a + ":1-7:9:20-30", a + ":1-5"), a + ":8:10-19");
    // What lacked before is nobody's business.
    EXPECT_EQ(gaps(a + ":1-3:7-20", a + ":1-3:7-10"), "");
    EXPECT_EQ(gaps(a + ":1-3:7-20", a + ":1-3"), a + ":4-6");
    EXPECT_EQ(gaps(a + ":4-6," + b + ":1", a + ":4-6"), "");
    EXPECT_EQ(gaps(b + ":5", a + ":4-6"), b + ":1-4");
}

TEST(gtid_set, a_subset_has_nothing_that_the_other_lacks) {
    const auto whole = gtid_set::parse(a + ":1-10:20," + b + ":1-3:t:4");
    for (const std::string& part : {std::string(), a + ":2-3:20", b + ":t:4", whole.text()})
        EXPECT_TRUE(gtid_set::parse(part).is_subset_of(whole)) << part;
    for (const std::string& other :
         {a + ":11", a + ":9-11", b + ":4", b + ":t:3", a + ":t:1", a + ":1-20"})
        EXPECT_FALSE(gtid_set::parse(other).is_subset_of(whole)) << other;
}

TEST(gtid_set, tags_make_different_sources) {
    const auto set = gtid_set::parse("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaa01:1-2:tag:5");
    EXPECT_TRUE(set.contains(source("1"), 2));
    EXPECT_FALSE(set.contains(source("1"), 5));
    EXPECT_TRUE(set.contains(source("1", "tag"), 5));
}

TEST(gtid_set, the_plain_binary_form_is_the_dump_commands_form) {
    const auto encoded = gtid_set::parse(a + ":1-5:7").encoded();
    EXPECT_EQ(encoded, from_hex("0100000000000000 aaaaaaaa000000000000000000000001 0200000000000000"
                                "0100000000000000 0600000000000000"
                                "0700000000000000 0800000000000000"));
}

TEST(gtid_set, a_tag_makes_the_whole_binary_form_tagged) {
    const auto encoded = gtid_set::parse(a + ":tag:2," + b + ":1").encoded();
    EXPECT_EQ(encoded, from_hex("0102000000000001"
                                "aaaaaaaa000000000000000000000001 06746167 0100000000000000"
                                "0200000000000000 0300000000000000"
                                "bbbbbbbb000000000000000000000002 00 0100000000000000"
                                "0100000000000000 0200000000000000"));
}

TEST(gtid_set, binary_forms_are_read_back) {
    for (const std::string& text : {std::string(), a + ":1-5:7," + b + ":1",
                                    a + ":tag:2:x:1-9223372036854775806," + b + ":1"})
        EXPECT_EQ(gtid_set::decode(gtid_set::parse(text).encoded()).text(), text);
}

TEST(gtid_set, a_binary_form_cut_off_anywhere_is_an_error) {
    const auto encoded = gtid_set::parse(a + ":tag:2-4:9," + b + ":1").encoded();
    for (std::size_t size = 0; size < encoded.size(); ++size) {
        const bytes cut(encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_THROW(gtid_set::decode(cut), error) << size;
    }
    bytes longer = encoded;
    longer.push_back(std::byte{0});
    EXPECT_THROW(gtid_set::decode(longer), error);
}

TEST(gtid_set, hostile_counts_allocate_nothing) {
    EXPECT_THROW(gtid_set::decode(from_hex("ffffffffffffff00")), error);
    EXPECT_THROW(gtid_set::decode(from_hex("0100000000000000 aaaaaaaa000000000000000000000001"
                                           "ffffffffffffffff 0100000000000000 0600000000000000")),
                 error);
    EXPECT_THROW(gtid_set::decode(from_hex("0100000000000002")), error) << "an unknown form";
}

TEST(gtid_set, a_servers_previous_gtids_are_read) {
    for (const bytes& event : recorded_events("tagged"))
        if (decode_header(event).type == event_type::previous_gtids) {
            const auto body = std::span(event).subspan(event_header::size);
            const auto set = gtid_set::decode(body.first(body.size() - checksum_size));
            EXPECT_TRUE(set.has_tags());
            EXPECT_TRUE(
                gtid_set::parse("aaaaaaaa-ff7f-80aa-bbbb-0123456789ab:long_tag_0123456789:2")
                    .is_subset_of(set));
        }
}

}  // namespace
}  // namespace segue::binlog::test
