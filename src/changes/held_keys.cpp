#include "src/changes/held_keys.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace segue::changes {
namespace {

// Of an element of the set and its share of the buckets.
constexpr std::size_t overhead_bytes = 64;
constexpr std::size_t read_bytes = std::size_t{64} << 10U;
constexpr std::size_t write_bytes = std::size_t{64} << 10U;

std::string folder() {
    const char* const chosen = std::getenv("TMPDIR");
    return chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
}

[[noreturn]] void fail(std::string_view what) {
    throw error(
        fmt::format("the file in {} that holds keys of prepared XA transactions cannot be "
                    "{}: {}. Let TMPDIR name a folder with room",
                    folder(), what, std::generic_category().message(errno)));
}

int open_unlinked() {
    std::string path = folder() + "/segue-xa.XXXXXX";
    const int file = ::mkostemp(path.data(), O_CLOEXEC);
    if (file < 0) fail("made");
    ::unlink(path.c_str());
    return file;
}

}  // namespace

held_keys::~held_keys() {
    if (file_ >= 0) ::close(file_);
}

std::size_t held_keys::bytes_of(const keys::key_value& key) {
    return overhead_bytes + key.encoded.size();
}

void held_keys::begin(const std::string& xid, std::uint64_t epoch) {
    by_xid_.try_emplace(xid).first->second.epoch = epoch;
}

void held_keys::add_known(std::set<std::string>& xids) const {
    for (const auto& [xid, of] : by_xid_) xids.insert(xid);
}

bool held_keys::any_before(std::uint64_t epoch) const {
    return std::ranges::any_of(by_xid_, [&](const auto& one) {
        const held& of = one.second;
        return of.epoch < epoch && (!of.in_memory.empty() || !of.in_file.empty());
    });
}

void held_keys::add(const std::string& xid, keys::key_value key) {
    held& of = by_xid_.at(xid);
    const std::size_t bytes = bytes_of(key);
    if (!of.in_memory.insert(std::move(key)).second) return;
    of.bytes_in_memory += bytes;
    bytes_in_memory_ += bytes;
    ++keys_;
    if (bytes_in_memory_ > bytes_max_) spill();
}

// Those with the most first, until there is room for a while.
void held_keys::spill() {
    while (bytes_in_memory_ > bytes_max_ / 2) {
        const auto most = std::ranges::max_element(
            by_xid_, {}, [](const auto& entry) { return entry.second.bytes_in_memory; });
        spill(most->second);
    }
}

void held_keys::spill(held& from) {
    const run made{.offset = end_of_file_,
                   .bytes = from.bytes_in_memory -
                            from.in_memory.size() * (overhead_bytes - sizeof(std::uint32_t)),
                   .keys = from.in_memory.size()};
    std::string buffer;
    for (const keys::key_value& key : from.in_memory) {
        const auto length = static_cast<std::uint32_t>(key.encoded.size());
        buffer.append(reinterpret_cast<const char*>(&length), sizeof(length));
        buffer += key.encoded;
        if (buffer.size() < write_bytes) continue;
        write(buffer);
        buffer.clear();
    }
    write(buffer);
    require(end_of_file_ == made.offset + made.bytes, "a run is as long as its keys");
    from.in_file.push_back(made);
    bytes_in_file_ += made.bytes;
    bytes_in_memory_ -= from.bytes_in_memory;
    from.bytes_in_memory = 0;
    from.in_memory = {};
}

void held_keys::write(const std::string& bytes) {
    if (file_ < 0) file_ = open_unlinked();
    for (std::size_t done = 0; done < bytes.size();) {
        const auto wrote = ::pwrite(file_, bytes.data() + done, bytes.size() - done,
                                    static_cast<off_t>(end_of_file_));
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) fail("written");
        done += static_cast<std::size_t>(wrote);
        end_of_file_ += static_cast<std::uint64_t>(wrote);
    }
}

void held_keys::hand_out(const run& from, const std::function<void(keys::key_value)>& each) const {
    std::string buffer;
    std::size_t at = 0;  // in buffer
    std::uint64_t next = from.offset;
    const std::uint64_t end = from.offset + from.bytes;
    const auto have = [&](std::size_t bytes) {
        while (buffer.size() - at < bytes) {
            buffer.erase(0, std::exchange(at, 0));
            const std::size_t old = buffer.size();
            buffer.resize(old + std::min<std::uint64_t>(read_bytes, end - next));
            const auto got =
                ::pread(file_, buffer.data() + old, buffer.size() - old, static_cast<off_t>(next));
            if (got < 0 && errno == EINTR) {
                buffer.resize(old);
                continue;
            }
            if (got < 0) fail("read");
            require(got > 0, "the file holds what was written to it");
            buffer.resize(old + static_cast<std::size_t>(got));
            next += static_cast<std::uint64_t>(got);
        }
    };
    for (std::size_t keys = 0; keys < from.keys; ++keys) {
        std::uint32_t length = 0;
        have(sizeof(length));
        std::memcpy(&length, buffer.data() + at, sizeof(length));
        at += sizeof(length);
        have(length);
        keys::key_value key{buffer.substr(at, length)};
        at += length;
        each(std::move(key));
    }
}

void held_keys::give_back(const held& of) {
    keys_ -= of.in_memory.size();
    bytes_in_memory_ -= of.bytes_in_memory;
    for (const run& one : of.in_file) {
        keys_ -= one.keys;
        bytes_in_file_ -= one.bytes;
        // Where the file system cannot, the room comes back when no run is left.
        ::fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(one.offset), static_cast<off_t>(one.bytes));
    }
    if (bytes_in_file_ == 0 && end_of_file_ != 0 && ::ftruncate(file_, 0) == 0) end_of_file_ = 0;
}

void held_keys::release(const std::string& xid, const taker& each) {
    auto taken = by_xid_.extract(xid);
    if (taken.empty()) return;
    struct given_back {
        held_keys& owner;
        held& of;
        ~given_back() { owner.give_back(of); }
    } const at_the_end{*this, taken.mapped()};
    const auto with_epoch = [&, epoch = taken.mapped().epoch](keys::key_value key) {
        each(epoch, std::move(key));
    };
    for (const run& one : taken.mapped().in_file) hand_out(one, with_epoch);
    for (const keys::key_value& key : taken.mapped().in_memory) with_epoch(key);
}

void held_keys::forget(const std::string& xid) {
    const auto taken = by_xid_.extract(xid);
    if (!taken.empty()) give_back(taken.mapped());
}

}  // namespace segue::changes
