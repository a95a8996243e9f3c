#include "binlog/payload_reader.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <new>
#include <zstd.h>

#include <fmt/format.h>

namespace segue::binlog {

namespace {
constexpr std::size_t buffer_bytes_first = std::size_t{64} << 10U;
/// A buffer that grew beyond this for one great event is given back.
constexpr std::size_t buffer_bytes_kept = std::size_t{8} << 20U;
constexpr int window_log_max = 27;

[[noreturn]] void fail_short(std::size_t wanted, std::size_t left) {
    throw error(
        fmt::format("the payload ends early: {} bytes are needed, {} are left", wanted, left));
}
}  // namespace

struct payload_reader::decompressor {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    decompressor() {
        if (context == nullptr) throw std::bad_alloc();
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, window_log_max);
    }
    decompressor(const decompressor&) = delete;
    decompressor& operator=(const decompressor&) = delete;
    ~decompressor() { ZSTD_freeDCtx(context); }
};

payload_reader::payload_reader() = default;
payload_reader::~payload_reader() = default;

void payload_reader::start(const transaction_payload_event& payload) {
    compressed_ = payload.how == transaction_payload_event::compression::zstd;
    input_ = payload.payload;
    begin_ = end_ = 0;
    frame_open_ = false;
    if (!compressed_) return;
    if (!zstd_) zstd_ = std::make_unique<decompressor>();
    ZSTD_DCtx_reset(zstd_->context, ZSTD_reset_session_only);
    if (buffer_.empty() || buffer_.size() > buffer_bytes_kept) {
        buffer_ = {};
        buffer_.resize(buffer_bytes_first);
    }
}

bool payload_reader::at_end() {
    if (!compressed_) return input_.empty();
    return begin_ == end_ && !produce();
}

std::span<const std::byte> payload_reader::peek(std::size_t count) {
    if (count > event_bytes_max)
        throw error(fmt::format("an event of {} bytes in a payload", count));
    if (!compressed_) {
        if (count > input_.size()) fail_short(count, input_.size());
        return input_.first(count);
    }
    while (end_ - begin_ < count)
        if (!produce()) fail_short(count, end_ - begin_);
    return std::span(buffer_).subspan(begin_, count);
}

void payload_reader::skip(std::size_t count) {
    if (!compressed_) {
        if (count > input_.size()) fail_short(count, input_.size());
        input_ = input_.subspan(count);
        return;
    }
    for (;;) {
        const std::size_t now = std::min(count, end_ - begin_);
        begin_ += now;
        count -= now;
        if (count == 0) return;
        if (!produce()) fail_short(count, 0);
    }
}

void payload_reader::drop_consumed() {
    if (begin_ == 0) return;
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
}

bool payload_reader::produce() {
    if (end_ == buffer_.size()) {
        drop_consumed();
        if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    }
    for (;;) {
        ZSTD_outBuffer out{buffer_.data() + end_, buffer_.size() - end_, 0};
        ZSTD_inBuffer in{input_.data(), input_.size(), 0};
        if (in.size == 0 && !frame_open_) return false;
        const std::size_t left = ZSTD_decompressStream(zstd_->context, &out, &in);
        if (ZSTD_isError(left) != 0)
            throw error(
                fmt::format("the payload cannot be decompressed: {}", ZSTD_getErrorName(left)));
        frame_open_ = left != 0;
        input_ = input_.subspan(in.pos);
        if (out.pos > 0) {
            end_ += out.pos;
            return true;
        }
        if (frame_open_ && in.pos == 0)
            throw error("the payload ends early: its compressed form is cut off");
    }
}

}  // namespace segue::binlog
