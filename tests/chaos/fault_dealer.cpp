#include "tests/chaos/fault_dealer.hpp"

#include "src/base/error.hpp"

#include <csignal>
#include <fstream>
#include <thread>

#include <fmt/format.h>

namespace segue::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds slow_step{40};

// What lasts for a while lasts, whatever the process does meanwhile.
void let_pass(milliseconds lasting) {
    std::this_thread::sleep_for(lasting);
}

}  // namespace

bool fault_dealer::ready_for_the_swap() const {
    return next_ == plan_.faults.size() || plan_.faults[next_].when.at == stage::cut_over;
}

void fault_dealer::look(watched_segue& segue) {
    look_at_armed(segue);
    if (next_ == plan_.faults.size() || !segue.process().running()) return;
    const auto& fault = plan_.faults[next_];
    if (!segue.has_come(fault.when)) return;
    ++next_;
    make(fault, segue);
}

void fault_dealer::process_ended() {
    armed_ = nullptr;
    scene_.to_segue().forget_rules();
    scene_.to_segue().thaw();
    thaw_at_.reset();
    met_by_process_ = 0;
    killed_ = terminated_ = false;
}

void fault_dealer::count(const planned_fault& fault) {
    ++made_[std::string(name_of(fault.kind))];
    ++met_by_process_;
}

void fault_dealer::make(const planned_fault& fault, watched_segue& segue) {
    auto& process = segue.process();
    switch (fault.kind) {
        case fault_kind::kill_segue:
            kill(segue);
            break;
        case fault_kind::terminate_segue:
            process.signal(SIGTERM);
            terminated_ = true;
            break;
        case fault_kind::stop_segue:
            process.signal(SIGSTOP);
            let_pass(fault.lasting);
            process.signal(SIGCONT);
            break;
        case fault_kind::at_statement:
            return arm(fault);
        case fault_kind::cut_network:
        case fault_kind::close_network:
        case fault_kind::sever:
        case fault_kind::slow_network:
            make_on_network(fault);
            break;
        case fault_kind::throttle: {
            std::ofstream(files_.throttle).put('\n');
            let_pass(fault.lasting);
            std::filesystem::remove(files_.throttle);
            break;
        }
        case fault_kind::pause_replay:
            pause_replay(fault.lasting);
            break;
        default:
            make_on_server(fault);
    }
    count(fault);
}

void fault_dealer::make_on_server(const planned_fault& fault) {
    switch (fault.kind) {
        case fault_kind::kill_connections:
            return kill_connections(fault);
        case fault_kind::kill_server:
            return kill_server(fault.lasting);
        case fault_kind::stop_server:
            scene_.server().signal(SIGSTOP);
            let_pass(fault.lasting);
            return scene_.server().signal(SIGCONT);
        case fault_kind::rotate_log:
            scene_.root().execute("FLUSH BINARY LOGS");
            return;
        case fault_kind::hold_table:
            return hold_table(fault.lasting);
        case fault_kind::big_change:
            return change_many_rows(fault);
        case fault_kind::promote:
            failed_over_ = true;
            answers_lost_ = answers_lost_ || fault.lasting.count() > 0;
            scene_.promote(fault.lasting);
            if (fault.lasting.count() == 0 && !keep_off_rows_) scene_.writers().resume();
            return;
        default:
            throw error("no fault of the server's");
    }
}

void fault_dealer::make_on_network(const planned_fault& fault) {
    auto& proxy = scene_.to_segue();
    switch (fault.kind) {
        case fault_kind::cut_network:
            proxy.freeze();
            let_pass(fault.lasting);
            return proxy.thaw();
        case fault_kind::close_network:
            return proxy.close_all();
        case fault_kind::sever:
            return proxy.sever_after(fault.choice);
        default:
            break;
    }
    for (const auto end = steady_clock::now() + fault.lasting; steady_clock::now() < end;) {
        proxy.freeze();
        let_pass(slow_step);
        proxy.thaw();
        let_pass(slow_step / 4);
    }
}

void fault_dealer::arm(const planned_fault& fault) {
    scene_.to_segue().forget_rules();
    hits_seen_ = scene_.to_segue().hits();
    scene_.to_segue().when(fault.statement, fault.what);
    armed_ = &fault;
}

void fault_dealer::look_at_armed(watched_segue& segue) {
    if (thaw_at_ && steady_clock::now() >= *thaw_at_) {
        scene_.to_segue().thaw();
        thaw_at_.reset();
    }
    if (armed_ == nullptr || scene_.to_segue().hits() == hits_seen_) return;
    const auto& fault = *std::exchange(armed_, nullptr);
    count(fault);
    thaw_at_ = steady_clock::now() + fault.lasting;
    if (fault.with == companion::kill_segue) kill(segue);
    if (fault.with == companion::kill_server) kill_server(fault.lasting);
}

void fault_dealer::kill(watched_segue& segue) {
    segue.process().signal(SIGKILL);
    segue.process().wait();
    killed_ = true;
}

void fault_dealer::kill_server(milliseconds down_for) {
    answers_lost_ = answers_lost_ || !plan_.durable;
    scene_.kill_server(down_for);
}

void fault_dealer::kill_connections(const planned_fault& fault) {
    auto session = scene_.root();
    // A dump that is waited for by every commit is not Segue's.
    const auto found = session.query(
        "SELECT id FROM performance_schema.processlist WHERE user IN ('application', '" +
        scene::segue_account + "') ORDER BY id");
    if (found.empty()) return;
    for (std::uint64_t i = 0; i < fault.count && i < found.size(); ++i) {
        try {
            session.execute("KILL " + found[(fault.choice + i) % found.size()].at(0).value());
        } catch (const error& gone) {
            if (!gone.from_server()) throw;
        }
    }
}

void fault_dealer::hold_table(milliseconds lasting) {
    auto session = scene_.root();
    session.execute("SET SESSION lock_wait_timeout=5");
    try {
        session.execute("BEGIN");
        session.query("SELECT 1 FROM " + scene_.tables().original.quoted() + " LIMIT 1");
        let_pass(lasting);
        session.execute("ROLLBACK");
    } catch (const error& waited) {
        if (!waited.from_server()) throw;
    }
}

void fault_dealer::change_many_rows(const planned_fault& fault) {
    if (keep_off_rows_) return;
    auto session = scene_.root();
    session.execute("SET SESSION innodb_lock_wait_timeout=3, lock_wait_timeout=5");
    try {
        session.execute(fmt::format(
            "UPDATE {} SET spare=spare+1, props=JSON_SET(props, '$.n', spare, '$.list[1]', "
            "quantity) WHERE CRC32(quantity) % {} = 0",
            scene_.tables().original.quoted(), 1 + fault.choice % 5));
    } catch (const error& refused) {
        // It meets the writers, who come first.
        if (!refused.from_server()) throw;
    }
}

void fault_dealer::pause_replay(milliseconds lasting) {
    const auto tell = [&](const char* command) {
        test::run_command(test::segue_program(test::segue_build::released),
                          {"ctl", "--socket", files_.socket.string(), command});
    };
    tell("pause-replay");
    let_pass(lasting);
    tell("resume-replay");
}

}  // namespace segue::chaos
