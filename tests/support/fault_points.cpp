#include "tests/support/fault_points.hpp"

#include "src/base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>

namespace segue::test {

fault_points::fault_points() {
    std::string made = "/tmp/segue-points.XXXXXX";
    if (::mkdtemp(made.data()) == nullptr)
        throw error("making a folder for fault points: " + std::string(std::strerror(errno)));
    folder_ = made;
}

fault_points::~fault_points() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

fault_points& fault_points::add(std::string_view point, arrival at, const std::string& action) {
    if (!points_.empty()) points_ += ',';
    points_ +=
        std::string(point) + "@" + std::to_string(at.first) + "=" + action + (at.always ? "*" : "");
    return *this;
}

fault_points& fault_points::leave_out(std::string_view rule) {
    if (!rules_out_.empty()) rules_out_ += ',';
    rules_out_ += rule;
    return *this;
}

fault_points& fault_points::pause(std::string_view point, arrival at) {
    return add(point, at, "pause:" + folder_.string());
}

fault_points& fault_points::abort(std::string_view point, arrival at) {
    return add(point, at, "abort");
}

fault_points& fault_points::fail(std::string_view point, arrival at) {
    return add(point, at, "throw");
}

environment fault_points::variables() const {
    return {{"SEGUE_TEST_RULES_OUT", rules_out_}, {"SEGUE_TEST_POINTS", points_}};
}

std::filesystem::path fault_points::file(std::string_view point, std::string_view ending) const {
    return folder_ / (std::string(point) + std::string(ending));
}

bool fault_points::reached(std::string_view point) const {
    return std::filesystem::exists(file(point, ".reached"));
}

void fault_points::wait_reached(std::string_view point, std::chrono::milliseconds limit) const {
    constexpr std::chrono::milliseconds between_looks{5};
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!reached(point)) {
        if (std::chrono::steady_clock::now() >= deadline)
            throw error("nobody came to the fault point " + std::string(point) + " within " +
                        std::to_string(limit.count()) + " ms");
        std::this_thread::sleep_for(between_looks);
    }
}

void fault_points::go(std::string_view point) {
    if (!std::ofstream(file(point, ".go")))
        throw error("cannot let " + std::string(point) + " go on");
}

}  // namespace segue::test
