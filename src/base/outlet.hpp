#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace segue {

/// Prints texts to a descriptor in their order, and never holds up who prints: a thread writes
/// them, and what its reader does not take waits. Of more than fits, the oldest is lost; where it
/// stood, a line tells how much that was.
///
/// Lifecycle: writes from construction to destruction, which waits for nobody: what is still there
/// then is lost, see finish(). Threads: every function may be called from any thread; it owns one,
/// in which every signal is blocked but SIGURG, by which the destructor ends a write that waits.
/// Errors: a text that cannot be written (its reader is gone, the disk is full) is left out, and
/// the next one is tried.
class outlet {
  public:
    static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();
    /// The text that stands for lines that were lost, with its line end.
    using gap_text = std::function<std::string(std::uint64_t lines)>;

    /// `thread_name` has 15 characters at most. `bytes_max`: how much may wait, or the newest text,
    /// if that is longer. `descriptor` is not closed.
    outlet(int descriptor, std::string thread_name, std::size_t bytes_max, gap_text gap);
    outlet(const outlet&) = delete;
    outlet& operator=(const outlet&) = delete;
    ~outlet();

    /// `text` has its line end. Waits for nothing; without memory for it, it is lost.
    void put(std::string text) noexcept;

    /// Whether all of it is written.
    bool idle() const;

    /// How long finish() waits; unset: without a bound.
    struct patience {
        std::chrono::milliseconds without_progress;  ///< While the reader takes nothing at all.
        std::chrono::milliseconds in_all;
    };
    struct ending {
        bool whole = true;             ///< Every text that was ever put was written.
        std::uint64_t lines_left = 0;  ///< That nobody took, and no line has told of.
    };
    /// Waits until all is written.
    ending finish(const patience* limit = nullptr);

  private:
    void write_on(const std::stop_token& stop);
    bool write_all(std::string_view bytes, const std::stop_token& stop);

    const int descriptor_;
    const std::size_t bytes_max_;
    const gap_text gap_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    // Guarded by mutex_:
    std::deque<std::string> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::uint64_t lost_lines_ = 0;     // since a line told of them last
    std::uint64_t written_bytes_ = 0;  // to see progress by
    std::uint64_t writing_lines_ = 0;  // of the text that the thread has taken
    bool writing_ = false;
    bool whole_ = true;
    bool ended_ = false;
    std::jthread thread_;
};

}  // namespace segue
