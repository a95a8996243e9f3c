#pragma once

#include <string_view>

/// Places where the tests hold, break or leave out a step. The segue binary is linked with
/// fault_point.cpp, in which nothing can be switched; only segue_faulty, which is built for the
/// tests alone, is linked with tests/support/fault_point_switched.cpp.
namespace segue::fault {

/// True where a test took the rule of this name out. Always false in the segue binary.
bool rule_taken_out(std::string_view rule) noexcept;

/// A test may hold the calling thread here. Returns at once in the segue binary.
void point(std::string_view name);

}  // namespace segue::fault
