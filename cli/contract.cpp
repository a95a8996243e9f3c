#include "cli/contract.hpp"

#include "cli/display/contract_text.hpp"
#include "cli/display/json_fields.hpp"
#include "cli/migrate.hpp"
#include "cli/running/closing.hpp"
#include "cli/running/run_output.hpp"
#include "cli/running/signal_watch.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/refusal.hpp"
#include "src/base/refused_as.hpp"
#include "src/contract/contraction.hpp"
#include "src/db/session_factory.hpp"
#include "src/migration/settings.hpp"
#include "src/servers/server_roles.hpp"
#include "src/wire/login_failure.hpp"
#include "src/wire/server_patience.hpp"
#include "throttle/pace.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <stop_token>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::cli {
namespace {

constexpr std::string_view refused_contract = "this contract cannot be done as asked:";

contract::task task_of(const options& given) {
    const contract_flags& asked = given.contract;
    const bool drops = !asked.drop.empty();
    return {.table = given.run.request.original,
            .naming = given.run.request.naming,
            .goes = drops ? contract::way::drop : contract::way::abandon,
            .column = drops ? asked.drop : asked.abandon,
            .indexes = asked.indexes == "move"   ? contract::index_use::moved
                       : asked.indexes == "drop" ? contract::index_use::dropped
                                                 : contract::index_use::refused,
            .unused_for = asked.unused_for,
            .despite_use = asked.despite_use};
}

void tell(const std::string& text) {
    log::write(log::level::warning, text);
}

/// All that a contract is beside its migration. Threads: one at a time. Lifetime: it outlives the
/// migration.
class whole {
  public:
    explicit whole(const options& given)
        : pace_(given.run.carrying.pace),
          roles_(migration::find_roles(given.run)),
          sessions_(roles_.primary(),
                    std::make_shared<wire::server_patience>(given.run.wait_for_server, tell)),
          job_(task_of(given),
               {.throttling = given.run.carrying.throttling,
                .failures_max = given.run.carrying.failures_max,
                .heartbeat_interval = given.run.carrying.heartbeat_interval},
               {.sessions = sessions_,
                .watched = watched(given, roles_),
                .pace = pace_,
                .tell = tell}) {}

    contract::contraction& job() noexcept { return job_; }

  private:
    // By the primary's account.
    static std::vector<wire::connection_options> watched(const options& given,
                                                         const servers::server_roles& roles) {
        std::vector<wire::connection_options> all;
        for (const wire::endpoint& one : given.contract.watched) {
            all.push_back(roles.primary());
            all.back().server = one;
            wire::given_by(one, "--watch");
        }
        return all;
    }

    throttle::live_pace pace_;
    const servers::server_roles roles_;
    db::session_factory sessions_;
    contract::contraction job_;
};

void show(const options& given, const contract::plan& made) {
    const auto whose = given.json ? display::reader::programs : display::reader::people;
    run_output output(given.execute ? run_output::kind::lines : run_output::kind::report, whose);
    if (given.json) {
        nlohmann::json fields = display::contract_fields(made);
        fields["version"] = display::json_version;
        fields["kind"] = "contract";
        fields["time"] = display::time_text(std::chrono::system_clock::now());
        output.out().put(display::text_of(fields) + "\n");
    } else {
        output.out().put(display::contract_text(made));
    }
    output.finish();
}

// What the migration is told of it.
void become_part(options& given, contract::contraction& job) {
    const contract::plan& made = *job.about();
    auto& request = given.run.request;
    request.alter_text = made.alter;
    request.ends_pair =
        preflight::ended_pair{.new_column = made.expanded.asked.new_column,
                              .whole = made.expanded.at == earlier::expand_phase::verified};
    // It is the end of the run that swapped.
    if (made.at == contract::standing::swapped) request.earlier = earlier::run_use::gone_on_with;
    given.run.part_of = {.before_swap =
                             [&job](const migration::swap_moment& now) {
                                 return job.why_not_yet(now.pace, now.throttler, now.stop);
                             },
                         .after_swap = [&job] { return job.conclude(); }};
}

/// What is known once nothing stands in the way; unset: the end was told, with the exit code.
struct prepared {
    std::unique_ptr<whole> job;
    std::string why_not;  ///< Why there is no migration; empty: there is one.
};

prepared prepare(const options& given, const std::stop_token& stop) {
    prepared made;
    try {
        made.job = std::make_unique<whole>(given);
        contract::contraction& job = made.job->job();
        const contract::plan found = job.inspect();
        show(given, found);
        if (given.execute)
            job.begin(stop);
        else
            throw_refusals(reasons_against(found, task_of(given)));
    } catch (const stopped&) {
        made.why_not = "stopped by a signal";
    } catch (const std::exception& failure) {
        made.why_not = refused_as(refused_contract, failure.what());
    }
    return made;
}

// The tables are swapped, and cleaned up.
int conclude(const options& given, contract::contraction& job) {
    if (given.execute) tell(job.conclude());
    return 0;
}

}  // namespace

int contract_table(const options& given, std::vector<std::string> notices,
                   const std::optional<report_file>& report) {
    prepared made;
    {
        const signal_watch signals(
            [] { log::write_at_once(log::level::warning, "SIGHUP: the run goes on"); });
        made = prepare(given, signals.token());
    }
    if (!made.why_not.empty()) {
        for (const std::string& one : notices) tell(one);
        log::write(log::level::fatal, made.why_not);
        return tell_early({.why = made.why_not, .exit_code = 1, .json = given.json}, report);
    }
    contract::contraction& job = made.job->job();
    if (job.about()->at == contract::standing::concluded) return conclude(given, job);
    options asked = given;
    become_part(asked, job);
    return migrate(asked, std::move(notices), report);
}

}  // namespace segue::cli
