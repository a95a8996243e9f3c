#pragma once

#include "src/keys/key_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace segue::changes {

/// The keys that XA transactions changed which are prepared and neither committed nor rolled back,
/// by xid. A key is held once for an xid as long as it is in memory.
///
/// Memory: keys of all xids together take `bytes_max` at most; what is beyond goes to a file, which
/// is unlinked as soon as it is open, so that nothing of it outlives the process. It lies in
/// TMPDIR, else in /var/tmp. Room that ended transactions had in it is given back. Why a file:
/// docs/decisions/0007-keys-of-prepared-xa-transactions.md.
///
/// Threads: one. Errors: segue::error when the file cannot be made, written or read.
class held_keys {
  public:
    explicit held_keys(std::size_t bytes_max) : bytes_max_(bytes_max) {}
    held_keys(const held_keys&) = delete;
    held_keys& operator=(const held_keys&) = delete;
    ~held_keys();

    /// From now on the xid is known, also if no key is ever held for it. `epoch`: of its changes.
    void begin(const std::string& xid, std::uint64_t epoch);
    bool knows(const std::string& xid) const { return by_xid_.contains(xid); }
    void add_known(std::set<std::string>& xids) const;
    /// Whether a key is held for an xid that began in an epoch before this one.
    bool any_before(std::uint64_t epoch) const;

    /// Holds a key under the xid. Precondition: the xid is known.
    void add(const std::string& xid, keys::key_value key);

    /// Hands out the keys of an xid with its epoch, in no order, some maybe twice, and forgets it
    /// when all are handed out. What `each` throws passes through; the xid is forgotten all the
    /// same.
    using taker = std::function<void(std::uint64_t epoch, keys::key_value key)>;
    void release(const std::string& xid, const taker& each);
    void forget(const std::string& xid);

    /// How many keys of all xids are held; 0 only if there is none.
    std::size_t keys() const noexcept { return keys_; }
    std::size_t bytes_in_memory() const noexcept { return bytes_in_memory_; }
    std::uint64_t bytes_in_file() const noexcept { return bytes_in_file_; }

  private:
    /// Part of the file: keys one after the other, each behind its length in four bytes.
    struct run {
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
        std::size_t keys = 0;
    };
    struct held {
        std::uint64_t epoch = 0;
        std::unordered_set<keys::key_value, keys::key_value_hash> in_memory;
        std::size_t bytes_in_memory = 0;
        std::vector<run> in_file;
    };

    static std::size_t bytes_of(const keys::key_value& key);
    void spill();
    void spill(held& from);
    void write(const std::string& bytes);
    void hand_out(const run& from, const std::function<void(keys::key_value)>& each) const;
    void give_back(const held& of);

    const std::size_t bytes_max_;
    std::map<std::string, held> by_xid_;
    std::size_t keys_ = 0;
    std::size_t bytes_in_memory_ = 0;
    std::uint64_t bytes_in_file_ = 0;
    std::uint64_t end_of_file_ = 0;
    int file_ = -1;
};

}  // namespace segue::changes
