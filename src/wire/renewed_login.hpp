#pragma once

#include "src/base/error.hpp"
#include "src/wire/connection_options.hpp"

#include <optional>
#include <string>

namespace segue::wire {

/// From now on, connections of this process that are asked for with the user and password of
/// `given` log in with these; other logins stay as they are. A later call takes the place of an
/// earlier one: `given` is what the process was started with each time. For a password that is
/// changed while a migration runs; whoever holds connection_options need not hear of it.
/// Threads: any.
void renew_login(const connection_options& given, const std::string& user,
                 const std::string& password);

/// `options` with the login that has taken the place of theirs; nullopt: none has. Threads: any.
std::optional<connection_options> with_renewed_login(const connection_options& options);

/// Tells on the log, once for each renewal, that the one of the start is used: the server denies
/// `denied`, whose login is the renewed one. Threads: any.
void tell_renewed_login_denied(const connection_options& denied, const error& failure);

/// Whether the server denies the login: MySQL error 1045.
bool is_denied(const error& failure) noexcept;

/// Whether both have the same user and password, or both are unset.
bool same_login(const std::optional<connection_options>& one,
                const std::optional<connection_options>& other) noexcept;

/// Calls connect(options) with the renewed login, if there is one; and where the server denies
/// that, as a file half written would have it, with the one given, which is told if it succeeds.
/// Where both are denied and the login was renewed meanwhile, it begins anew.
template <typename Connect>
auto with_current_login(const connection_options& options, Connect connect) {
    for (;;) {
        const auto renewed = with_renewed_login(options);
        std::optional<error> denied;
        if (renewed) {
            try {
                return connect(*renewed);
            } catch (const error& failure) {
                if (!is_denied(failure)) throw;
                denied = failure;
            }
        }
        try {
            auto connected = connect(options);
            if (denied) tell_renewed_login_denied(*renewed, *denied);
            return connected;
        } catch (const error& failure) {
            if (!is_denied(failure) || same_login(renewed, with_renewed_login(options))) throw;
        }
    }
}

}  // namespace segue::wire
