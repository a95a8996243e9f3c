#include "tests/chaos/trial.hpp"

#include "src/base/error.hpp"
#include "tests/chaos/evidence.hpp"
#include "tests/chaos/verdict.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <csignal>
#include <thread>

#include <fmt/format.h>

namespace segue::chaos {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds between_looks{4};
constexpr std::chrono::milliseconds between_orphans{700};
constexpr std::chrono::seconds until_respite{60};
constexpr std::uint64_t transactions_around = 20;
constexpr unsigned starts_beside_faults_max = 6;
constexpr int exit_stopped = 1;
constexpr int exit_open = 3;

/// What was found that must not be.
struct finding : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class trial {
  public:
    trial(const plan& of, server_pool& pool, const trial_options& with, trial_result& result)
        : plan_(of), with_(with), result_(result), scene_(of, pool) {}

    void run() {
        result_.version = scene_.server().version();
        scene_.writers().start();
        scene_.writers().wait_for_transactions(transactions_around);
        start();
        while (!over()) {
            if (steady_clock::now() > deadline_)
                throw finding(
                    fmt::format("it has not ended within {} minutes", with_.limit.count()));
            step();
            std::this_thread::sleep_for(between_looks);
        }
        judge();
    }

    /// All that may tell why it failed.
    void keep_evidence(const std::string& failure) {
        evidence to(with_.evidence, plan_, failure);
        for (std::size_t i = 0; i < processes_.size(); ++i)
            to.add_process(i + 1, processes_[i]->process());
        to.add_writers(scene_.writers().report().text());
        to.add_server(scene_);
    }

    void fill_in_result() {
        result_.faults = dealer_.made();
        result_.transactions = scene_.writers().report().transactions;
    }

  private:
    std::vector<std::string> arguments() {
        std::vector<std::string> more{
            "--verbose", "--host=127.0.0.1", fmt::format("--port={}", scene_.to_segue().port()),
            "--user=" + scene::segue_account, fmt::format("--threads={}", plan_.threads),
            fmt::format("--chunk-size={}", plan_.chunk_rows), "--verify=" + plan_.verify,
            fmt::format("--cut-over-stall-budget-millis={}", plan_.stall_budget.count()),
            // Of servers that stand still for three seconds at most.
            "--mysql-timeout=10", "--throttle-flag-file=" + files_.throttle.string(),
            "--serve-socket-file=" + files_.socket.string()};
        if (plan_.quiet_swap) more.push_back("--postpone-cut-over-flag-file=" + flag_.string());
        if (plan_.drop_old_table) more.emplace_back("--ok-to-drop-table");
        if (begin_anew_) more.emplace_back("--no-resume");
        return test::segue_arguments(scene_.server(), scene_.tables().original, plan_.alter, more);
    }

    void start() {
        swapped_before_ = scene_.swapped();
        process_began_ = steady_clock::now();
        test::environment variables = with_.variables;
        variables.emplace("MYSQL_PWD", scene::password);
        processes_.push_back(std::make_unique<watched_segue>(with_.build, arguments(), variables,
                                                             scene_.to_segue()));
        if (std::exchange(begin_anew_, false)) ++result_.begun_anew;
    }

    watched_segue& segue() { return *processes_.back(); }

    void step() {
        segue().look();
        dealer_.look(segue());
        if (steady_clock::now() > next_orphans_) {
            scene_.roll_back_orphans();
            next_orphans_ = steady_clock::now() + between_orphans;
        }
        give_respite();
        if (plan_.quiet_swap && segue().postponed() && dealer_.ready_for_the_swap()) {
            dealer_.keep_off_rows();
            paused_for_swap_ = true;
            scene_.writers().pause();
            std::filesystem::remove(flag_);
        }
    }

    /// On a busy machine writers may change more than Segue carries over, for good. Then they pause
    /// until it has copied and verified all, and where it does not come to swap either, to its end.
    void give_respite() {
        if (paused_for_swap_) return;
        const bool is_swapping = segue().at() > stage::verify;
        const auto due = process_began_ + (is_swapping ? 2 : 1) * until_respite;
        if (in_respite_ && is_swapping && steady_clock::now() < due) {
            in_respite_ = false;
            scene_.writers().resume();
        } else if (!in_respite_ && steady_clock::now() >= due) {
            in_respite_ = true;
            ++result_.respites;
            scene_.writers().pause();
        }
    }

    /// Whether the migration is done. Where a process has ended before, the next one is started.
    bool over() {
        if (segue().process().running()) return false;
        const int code = segue().process().wait();
        ++result_
              .ends[code >= 128 ? fmt::format("signal {}", code - 128) : fmt::format("{}", code)];
        if (segue().times_told("going on with what an earlier run left") > 0) ++result_.resumed;
        segue().look();
        const bool killed = dealer_.killed();
        // What breaks while it inspects ends it; later on it has to go on, but where it was told to
        // end, or what was answered does not hold any more.
        // Another server does not know what became of a RENAME TABLE.
        const bool may_end = segue().at() == stage::begin
                                 ? dealer_.met_by_this_process() > 0
                                 : dealer_.terminated() || dealer_.answers_lost() ||
                                       (code == exit_open && dealer_.failed_over());
        dealer_.process_ended();
        if (code == 0) {
            // What it swapped or dropped may have been lost with the server, as other answers were.
            if (scene_.swapped()) {
                if (!dealer_.answers_lost() || nothing_left()) return true;
            } else if (!dealer_.answers_lost() || !scene_.swapped_before_failover()) {
                throw finding("exit code 0, and the tables are not swapped");
            }
        }
        // Nobody behind it can swap any more, so that what is there now stays so.
        scene_.to_segue().close_all();
        if (!scene_.segue_is_gone())
            throw finding("its sessions are there long after the process has ended");
        const bool swapped = scene_.swapped();
        if (code != 0 && !(killed && code == 128 + SIGKILL)) look_at_end(code, swapped, may_end);
        // The same command has nothing to go on with, and would begin anew.
        if (swapped && nothing_left()) return true;
        if (processes_.size() >= plan_.faults.size() + starts_beside_faults_max)
            throw finding(fmt::format("it does not come to an end in {} starts; last: {}",
                                      processes_.size(), segue().last_words()));
        start();
        return false;
    }

    void look_at_end(int code, bool swapped, bool may_end) {
        const auto words = segue().last_words();
        if (code != exit_stopped && code != exit_open)
            throw finding(fmt::format("exit code {}: {}", code, words));
        result_.why_ended.push_back(words);
        if (code == exit_stopped && swapped && !swapped_before_)
            throw finding("exit code 1, and the tables are swapped: " + words);
        // What a crash took back may be needed, and the operator is told so.
        begin_anew_ = dealer_.answers_lost() && words.find("--no-resume") != std::string::npos;
        if (!may_end && !begin_anew_)
            throw finding(fmt::format("exit code {} of a process that had no reason to end: {}",
                                      code, words));
    }

    bool nothing_left() {
        const auto names = scene_.table_names();
        return std::ranges::all_of(names, [&](const std::string& name) {
            return name == scene_.tables().original.name || name == scene_.tables().old.name;
        });
    }

    void judge() {
        if (!paused_for_swap_) scene_.writers().resume();
        if (!plan_.quiet_swap) scene_.writers().wait_for_transactions(transactions_around);
        scene_.writers().stop();
        scene_.roll_back_orphans(/*all=*/true);
        const auto found = verdict_on(plan_, scene_, dealer_.answers_lost());
        result_.by_ledger = found.by_ledger;
        result_.by_native_alter = found.by_native_alter;
        if (!found.wrong.empty()) throw finding(found.wrong);
    }

    const plan& plan_;
    const trial_options& with_;
    trial_result& result_;
    const test::temporary_folder folder_;
    const fault_dealer::files files_{folder_.path() / "throttle", folder_.path() / "socket"};
    const std::filesystem::path flag_ = folder_.path() / "postpone";
    scene scene_;
    fault_dealer dealer_{plan_, scene_, files_};
    const steady_clock::time_point deadline_ = steady_clock::now() + with_.limit;
    std::vector<std::unique_ptr<watched_segue>> processes_;  // the last one may run
    bool swapped_before_ = false;                            // when the last process was started
    bool begin_anew_ = false;
    bool in_respite_ = false;
    bool paused_for_swap_ = false;
    steady_clock::time_point process_began_ = steady_clock::now();
    steady_clock::time_point next_orphans_ = steady_clock::now();
};

}  // namespace

trial_result run_trial(const plan& of, server_pool& pool, const trial_options& with) {
    trial_result result;
    result.seed = of.seed;
    result.version = of.version;
    const auto began = steady_clock::now();
    try {
        trial made(of, pool, with, result);
        try {
            made.run();
        } catch (const finding& found) {
            result.failure = found.what();
        } catch (const std::exception& failed) {
            result.failure = std::string("the harness failed: ") + failed.what();
        }
        made.fill_in_result();
        if (!result.passed() || with.keep) made.keep_evidence(result.failure);
    } catch (const std::exception& failed) {
        result.failure += std::string("the harness failed around the run: ") + failed.what();
    }
    if (!result.passed()) pool.forget();
    result.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
    return result;
}

}  // namespace segue::chaos
