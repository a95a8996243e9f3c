#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

/// Says once more at the end, a line each, what failed and where: scripts/test puts these lines
/// into ctest's summary. An integration suite is one test of ctest's, and of a long output often
/// only the end is kept.
class failure_details : public testing::EmptyTestEventListener {
    void OnTestEnd(const testing::TestInfo& test) override {
        add(std::string(test.test_suite_name()) + '.' + test.name(), *test.result());
    }

    void OnTestProgramEnd(const testing::UnitTest& all) override {
        add("outside of the tests", all.ad_hoc_test_result());
        std::cout << lines_ << std::flush;
    }

    void add(const std::string& name, const testing::TestResult& result) {
        for (int i = 0; i < result.total_part_count() && told_ < most_told; ++i) {
            const auto& part = result.GetTestPartResult(i);
            if (!part.failed()) continue;
            ++told_;
            std::string_view file = part.file_name() == nullptr ? "" : part.file_name();
            file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
            std::string message = std::string(part.message()).substr(0, longest_message);
            std::replace(message.begin(), message.end(), '\n', ' ');
            lines_ += "[ FAILURE  ] " + name + ", " + std::string(file) + ':' +
                      std::to_string(part.line_number()) + ": " + message + '\n';
        }
    }

    static constexpr int most_told = 5;
    static constexpr std::size_t longest_message = 400;

    int told_ = 0;
    std::string lines_;
};

[[maybe_unused]] const bool appended = [] {
    // gtest owns it.
    testing::UnitTest::GetInstance()->listeners().Append(new failure_details);
    return true;
}();

}  // namespace
