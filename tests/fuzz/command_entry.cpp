#include "tests/fuzz/command_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    segue::control::fuzz::run_line({data, size});
    return 0;
}
