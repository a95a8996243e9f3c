#include "src/base/task_group.hpp"

#include "src/base/error.hpp"

#include <pthread.h>
#include <utility>

namespace segue {

task_group::~task_group() {
    request_stop();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
}

void task_group::spawn(const std::string& name, body run) {
    threads_.emplace_back([this, name, run = std::move(run)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        try {
            run(stop_.get_token());
        } catch (const stopped&) {
            // Ended because it was asked to.
        } catch (...) {
            record(std::current_exception());
        }
    });
}

void task_group::record(std::exception_ptr failure) noexcept {
    {
        std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(failure);
    }
    stop_.request_stop();
}

bool task_group::failed() const {
    std::lock_guard lock(mutex_);
    return failure_ != nullptr;
}

void task_group::wait() {
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
    threads_.clear();
}

void task_group::join() {
    wait();
    std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace segue
