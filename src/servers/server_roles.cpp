#include "src/servers/server_roles.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/account.hpp"
#include "src/servers/replication_status.hpp"
#include "src/wire/login_failure.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace segue::servers {
namespace {

constexpr std::size_t relays_max = 8;

[[noreturn]] void refuse(const std::string& problem, const std::string& remedy) {
    throw_refusals({{problem, remedy}});
    throw error(problem);
}

wire::connection_options options_of(const assumed_primary& assumed,
                                    wire::connection_options given) {
    given.server = assumed.server;
    if (!assumed.user.empty()) given.user = assumed.user;
    if (!assumed.password.empty()) given.password = assumed.password;
    return given;
}

// The one source of a replica; nullopt for a server that is none.
std::optional<replication_channel> only_channel(db::session& session, const std::string& host) {
    auto channels = replication_channels(session);
    if (channels.empty()) return std::nullopt;
    if (channels.size() > 1)
        refuse(fmt::format("{} replicates from {} sources, so the primary is not to be told", host,
                           channels.size()),
               "Let --host name the primary itself; if this is it, say so with "
               "--assume-master-host.");
    return std::move(channels.front());
}

// By which positions or names of the one mean something else on the other.
std::vector<refusal> differences(const relay_facts& replica, const relay_facts& primary) {
    std::vector<refusal> found;
    const auto mode = [](const relay_facts& of) { return of.gtids ? "ON" : "not ON"; };
    if (replica.gtids != primary.gtids)
        found.push_back({fmt::format("gtid_mode is {} on {} and {} on {}", mode(replica),
                                     replica.host, mode(primary), primary.host),
                         "Let --host name the primary, or make both alike."});
    if (replica.lower_case_table_names != primary.lower_case_table_names)
        found.push_back({fmt::format("lower_case_table_names is {} on {} and {} on {}",
                                     replica.lower_case_table_names, replica.host,
                                     primary.lower_case_table_names, primary.host),
                         "Let --host name the primary."});
    return found;
}

// A primary may be a replica, too: of several sources, or in a circle.
void throw_if_it_hides_what_it_replicates(db::session& primary, const relay_facts& facts) {
    if (facts.logs_what_it_applies || replication_channels(primary).empty()) return;
    refuse(fmt::format("{} replicates, and does not log what it replicates (log_bin, "
                       "log_replica_updates), so these changes could not be followed",
                       facts.host),
           "Start it with both of them ON; or RESET REPLICA ALL there, if it does not replicate "
           "any more.");
}

db::session connect_source(db::session_factory& source, const std::string& replica) {
    try {
        return source.connect();
    } catch (const error& failure) {
        throw error(
            fmt::format("the source of the replica {}, which it calls {}, cannot be reached: {}. "
                        "Let --host name the primary, or say with --assume-master-host where "
                        "it is",
                        replica, source.options().server.text(), failure.what()),
            failure.properties());
    }
}

relay_facts relay_of(db::session& session, const wire::connection_options& asked) {
    try {
        return read_relay(session);
    } catch (const error& failure) {
        throw wire::first_statement_failure(failure, asked);
    }
}

}  // namespace

server_roles server_roles::replica_by_itself(const wire::connection_options& given) {
    server_roles made;
    made.primary_ = given;
    db::session_factory sessions(given);
    db::session session = sessions.connect();
    const relay_facts facts = relay_of(session, given);
    if (replication_channels(session).empty()) {
        // Which it may not see.
        std::vector<refusal> lacking;
        check_stream_privileges(session, "the replica " + facts.host, lacking);
        throw_refusals(lacking);
        refuse(fmt::format("{} is no replica", facts.host),
               "--test-on-replica and --migrate-on-replica are for a replica: let --host name one, "
               "or leave them out.");
    }
    throw_if_it_hides_what_it_replicates(session, facts);
    return made;
}

server_roles server_roles::find(const wire::connection_options& given,
                                const std::optional<assumed_primary>& assumed,
                                const std::string& schema) {
    server_roles made;
    made.schema_ = schema;
    std::optional<relay_facts> primary;
    if (assumed) {
        made.primary_ = options_of(*assumed, given);
        wire::given_by(assumed->server, "--assume-master-host");
        db::session_factory sessions(made.primary_);
        db::session session = sessions.connect();
        primary = relay_of(session, made.primary_);
    }
    auto at = std::make_shared<db::session_factory>(given);
    std::optional<db::session> session = at->connect();
    std::vector<std::string> seen;
    std::optional<relay_facts> first;
    for (;;) {
        const relay_facts facts = relay_of(*session, at->options());
        if (!first) first = facts;
        if (primary && facts.uuid == primary->uuid) break;
        if (std::ranges::find(seen, facts.uuid) != seen.end())
            refuse(fmt::format("the servers replicate in a circle: {} is met again", facts.host),
                   "Say with --assume-master-host which of them is the primary.");
        seen.push_back(facts.uuid);
        const auto channel = only_channel(*session, facts.host);
        if (!channel) {
            if (primary) {
                // Which it may not see.
                std::vector<refusal> lacking;
                check_stream_privileges(*session, "the replica " + facts.host, lacking);
                throw_refusals(lacking);
                refuse(fmt::format("{} does not replicate from {}", facts.host, primary->host),
                       "Let --assume-master-host name the primary of --host, or leave it out.");
            }
            primary = facts;
            made.primary_ = at->options();
            break;
        }
        if (made.relays_.size() == relays_max)
            refuse(fmt::format("the primary is more than {} servers away", relays_max),
                   "Let --host name the primary, or a server nearer to it.");
        made.relays_.push_back(at);
        if (primary && channel->source_uuid == primary->uuid) break;
        wire::connection_options next = given;
        next.server = channel->source;
        at = std::make_shared<db::session_factory>(next);
        session = connect_source(*at, facts.host);
        if (!channel->source_uuid.empty() && at->server_uuid() != channel->source_uuid)
            refuse(fmt::format("the server at {} is not the one that {} replicates from",
                               channel->source.text(), facts.host),
                   "Say with --assume-master-host where the primary is.");
    }
    // The server given, where it is the primary, keeps the way it was given: it may be a socket.
    if (made.relays_.empty()) {
        made.primary_ = given;
        throw_if_it_hides_what_it_replicates(*session, *first);
        return made;
    }
    made.gtids_ = primary->gtids;
    made.stream_from_ = replica{.connection = given,
                                .uuid = first->uuid,
                                .host = first->host,
                                .version = first->version,
                                .image_is_minimal = first->image_is_minimal};
    auto refusals = differences(*first, *primary);
    std::ranges::move(made.unfit(running::required), std::back_inserter(refusals));
    throw_refusals(refusals);
    return made;
}

void server_roles::throw_if_unfit(running replication) const {
    throw_refusals(unfit(replication));
}

std::vector<refusal> server_roles::unfit(running replication) const {
    std::vector<refusal> refusals;
    db::session_factory to_primary(primary_);
    db::session primary = to_primary.connect(db::session_role::control);
    for (const auto& channel : replication_channels(primary))
        refusals.push_back(
            {fmt::format("the primary, {}, replicates itself, from {}: if that comes from the "
                         "replica {}, a change may stand in the replica's binary log and not be "
                         "made on the primary yet",
                         primary_.server.text(), channel.source.text(), stream_from_->host),
             "Let --host and --assume-master-host both name the primary; or RESET REPLICA ALL "
             "there, if it does not replicate any more."});
    for (const auto& sessions : relays_) {
        db::session session = sessions->connect(db::session_role::control);
        if (sessions == relays_.front())
            check_stream_privileges(session, "the replica " + stream_from_->host, refusals);
        const auto channels = replication_channels(session);
        if (channels.size() != 1)
            refuse(fmt::format("{} is no longer a replica of one source",
                               sessions->options().server.text()),
                   "Start again.");
        if (replication == running::required)
            if (auto stands_still =
                    not_replicating(session, channels.front(), replica_duty::streams))
                refusals.push_back(std::move(*stands_still));
        for (refusal& found : relay_obstacles(session, channels.front(), schema_, gtids_))
            refusals.push_back(std::move(found));
    }
    return refusals;
}

db::session server_roles::connect_replica() const {
    return relays_.front()->connect(db::session_role::control);
}

void server_roles::throw_if_tables_differ(db::session& primary, const table_name& table) const {
    const auto here = schema::read_table(primary, table);
    if (!here) return;
    db::session session = connect_replica();
    const auto there = schema::read_table(session, table);
    const auto same = [](const schema::column& a, const schema::column& b) {
        return a.name == b.name && a.column_type == b.column_type && a.collation == b.collation &&
               a.generated == b.generated;
    };
    if (there && std::ranges::equal(here->columns, there->columns, same)) return;
    if (there)
        refuse(fmt::format("the columns of {} on the replica {} are not those of the primary",
                           table.quoted(), stream_from_->host),
               "Wait until it has caught up; or let --host name the primary.");
    const account_facts account = read_account(session, table.schema);
    const std::string grant = account.held.grants_of_missing(std::array{"SELECT"}, account.name);
    refuse(fmt::format("there is no table {} that the account can see on the replica {}",
                       table.quoted(), stream_from_->host),
           grant.empty()
               ? "Wait until it has caught up; or let --host name the primary."
               : fmt::format("The account lacks SELECT there:\n{}\nIf the table is still not seen "
                             "then, wait until the replica has caught up.",
                             grant));
}

}  // namespace segue::servers
