#include "tests/fuzz/event_stream_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    segue::binlog::fuzz::run_input({data, size});
    return 0;
}
