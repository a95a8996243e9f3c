#include "cli/running/report_file.hpp"

#include "src/base/error.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace segue::cli {
namespace {

namespace fs = std::filesystem;

class a_report_file : public testing::Test {
  protected:
    a_report_file() { fs::create_directories(folder); }
    ~a_report_file() override { fs::remove_all(folder); }

    std::string path(const std::string& name) const { return (folder / name).string(); }
    static std::string text(const std::string& file) {
        std::ifstream from(file);
        return {std::istreambuf_iterator<char>(from), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
    }

    const fs::path folder =
        fs::temp_directory_path() / ("segue-report-" + std::to_string(::getpid()));
};

TEST_F(a_report_file, is_not_there_before_it_is_written_and_replaces_what_is) {
    std::ofstream(path("r")) << "of an earlier run";
    const report_file report(path("r"));
    EXPECT_EQ(files(), 0U);
    report.write("one\n");
    EXPECT_EQ(text(path("r")), "one\n");
    report.write("two\n");
    EXPECT_EQ(text(path("r")), "two\n");
    EXPECT_EQ(files(), 1U);
}

TEST_F(a_report_file, may_be_read_by_whoever_reads_other_files_of_this_process) {
    const auto before = ::umask(027);
    report_file(path("r")).write("x");
    ::umask(before);
    struct stat found {};
    ASSERT_EQ(::stat(path("r").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0640U);
}

TEST_F(a_report_file, is_written_where_a_link_leads) {
    fs::create_symlink(path("target"), path("link"));
    report_file(path("link")).write("x");
    EXPECT_TRUE(fs::is_symlink(path("link")));
    EXPECT_EQ(text(path("target")), "x");
}

TEST_F(a_report_file, that_cannot_be_written_is_refused_before) {
    EXPECT_THROW(report_file(path("nowhere/r")), error);
    EXPECT_THROW(report_file(folder.string()), error);
    EXPECT_THROW(report_file("/dev/null"), error);
}

TEST_F(a_report_file, whose_folder_went_away_is_an_error_and_no_file) {
    fs::create_directories(path("f"));
    const report_file report(path("f/r"));
    fs::remove_all(path("f"));
    EXPECT_THROW(report.write("x"), error);
}

}  // namespace
}  // namespace segue::cli
