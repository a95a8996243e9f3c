// Comes to the fault points it is given, in that order, and tells what happened.
#include "src/base/fault_point.hpp"

#include <cstdio>
#include <exception>
#include <span>
#include <string>

int main(int count, char** words) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    for (const std::string name : std::span(words, static_cast<std::size_t>(count)).subspan(1)) {
        if (segue::fault::rule_taken_out(name)) std::printf("%s is taken out\n", name.c_str());
        try {
            segue::fault::point(name);
            std::printf("passed %s\n", name.c_str());
        } catch (const std::exception& thrown) {
            std::printf("%s\n", thrown.what());
        }
    }
    return 0;
}
