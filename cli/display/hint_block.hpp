#pragma once

#include "src/migration/progress.hpp"
#include "throttle/pace.hpp"
#include "throttle/signals/signal_set.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace segue::display {

/// What stands for gh-ost's --dml-batch-size: how many keys the engine flushes at once, at most.
inline constexpr unsigned dml_batch_size = 1'000;

/// Where commands are taken while a run goes on.
struct serving {
    std::string unix_path;       ///< Empty: on no Unix socket.
    std::uint16_t tcp_port = 0;  ///< 0: not over TCP.
};

/// What gh-ost's hint block tells: what is migrated, by which settings, and how to steer it.
struct hints {
    migration::subject about;
    throttle::pace pace;
    throttle::throttle_settings throttling;
    std::string postpone_flag_file;  ///< Empty: none.
    std::string panic_flag_file;     ///< Empty: none.
    std::chrono::system_clock::time_point began;
    serving at;
};

/// The lines, each with its end. Looks at the flag files, which may block as the file system does.
std::string hint_block(const hints& of);

/// Of the machine that Segue runs on; empty where it has none.
std::string host_name();

/// "Threads_running=25,Threads_connected=500", as --max-load has it.
std::string limits_text(const std::vector<throttle::load_limit>& limits);
/// As --throttle-control-replicas takes them.
std::string control_replicas_text(const throttle::pace& pace);

/// "adaptive", or how many rows a chunk has.
std::string chunk_size_text(const throttle::pace& of);

}  // namespace segue::display
