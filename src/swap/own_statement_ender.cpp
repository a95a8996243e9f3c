#include "src/swap/own_statement_ender.hpp"

#include "src/base/pause.hpp"

#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <utility>

namespace segue::swap {
namespace {

constexpr std::chrono::milliseconds again{1'000};

// Throws `stopped` when `over` is asked first.
void wait_for(const std::stop_token& when, std::stop_token over) {
    std::mutex mutex;
    std::condition_variable_any changed;
    const std::stop_callback wake(when, [&] {
        const std::lock_guard lock(mutex);
        changed.notify_all();
    });
    std::unique_lock lock(mutex);
    if (!changed.wait(lock, over, [&] { return when.stop_requested(); })) throw stopped();
}

}  // namespace

own_statement_ender::own_statement_ender(db::session_factory& sessions, const swap_record& swap,
                                         std::stop_token when, std::chrono::milliseconds grace)
    : thread_([&sessions, &swap, when = std::move(when), grace](std::stop_token over) {
          pthread_setname_np(pthread_self(), "ender");
          try {
              wait_for(when, over);
              // Those that stop by themselves need no statement ended.
              pause_for(grace, over);
              for (;;) {
                  if (swap.now() != swap_state::answer_open) sessions.kill_running_statements();
                  pause_for(again, over);
              }
          } catch (const stopped&) {
              // Nobody waits any more.
          }
      }) {}

}  // namespace segue::swap
