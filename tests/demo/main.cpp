#include "src/base/error.hpp"
#include "tests/demo/demo.hpp"
#include "tests/demo/segue_run.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace {

using namespace segue;

constexpr int exit_failed = 1;
constexpr int exit_wrong_usage = 2;
constexpr int exit_interrupted = 130;

// The servers end by themselves when this process has (sandbox_server).
extern "C" void end_at_once(int) {
    demo::kill_segue();
    constexpr std::string_view text = "\nInterrupted.\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    _exit(exit_interrupted);
}

void watch_signals() {
    struct sigaction action {};
    action.sa_handler = end_at_once;
    sigemptyset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

/// Where the flag files are; scripts/demo removes it when this process is interrupted.
class flag_folder {
  public:
    flag_folder() {
        auto made = (std::filesystem::temp_directory_path() / "segue-demo.XXXXXX").string();
        if (::mkdtemp(made.data()) == nullptr) throw error("cannot make the folder " + made);
        path_ = made;
    }
    flag_folder(const flag_folder&) = delete;
    flag_folder& operator=(const flag_folder&) = delete;
    ~flag_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

template <typename Number>
Number number_of(const std::string& flag, const std::string& text, Number smallest,
                 Number largest) {
    std::size_t used = 0;
    Number number = 0;
    try {
        number = static_cast<Number>(std::stod(text, &used));
    } catch (const std::logic_error&) {
        used = 0;
    }
    if (used == 0 || used != text.size() || number < smallest || number > largest)
        throw std::invalid_argument(flag + " takes a number from " + std::to_string(smallest) +
                                    " to " + std::to_string(largest));
    return number;
}

demo::demo_options read_arguments(int argc, char* argv[]) {
    demo::demo_options wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        if (flag == "--keep") {
            wanted.keep = true;
            continue;
        }
        if (i + 1 >= argc) throw std::invalid_argument("unknown argument, or no value: " + flag);
        const std::string text = argv[++i];
        if (flag == "--rows") {
            wanted.rows = number_of<std::uint64_t>(flag, text, 1000, 100'000'000);
        } else if (flag == "--rate") {
            wanted.rate_per_second = number_of<double>(flag, text, 0, 1e6);
        } else if (flag == "--seconds") {
            wanted.alone = std::chrono::seconds(number_of<long>(flag, text, 1, 3600));
        } else {
            throw std::invalid_argument("unknown argument: " + flag);
        }
    }
    return wanted;
}

}  // namespace

// segue_demo [--rows N] [--rate N] [--seconds N] [--keep]: see scripts/demo.
int main(int argc, char* argv[]) {
    try {
        watch_signals();
        const auto wanted = read_arguments(argc, argv);
        const flag_folder folder;
        demo::demo all(wanted, folder.path());
        return all.run() ? EXIT_SUCCESS : exit_failed;
    } catch (const std::invalid_argument& wrong) {
        std::fprintf(stderr, "segue_demo: %s\n", wrong.what());
        return exit_wrong_usage;
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "FAIL: %s\n", failed.what());
        return exit_failed;
    }
}
