#include "src/control/command_server.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/control/client.hpp"
#include "src/control/socket_path.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <set>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

namespace segue::control {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds to_send{10};
constexpr seconds to_take{10};
// An answer is lost if what came behind the line is not read before the connection is closed.
constexpr seconds to_leave{1};
constexpr milliseconds accept_again{200};  // where no descriptor is left

// Where answers come in from other threads, for as long as there is somebody to send them.
class inbox {
  public:
    explicit inbox(asio::io_context& served) : served_(&served) {}
    void post(std::function<void()> work) {
        const std::lock_guard lock(mutex_);
        if (served_ != nullptr) asio::post(*served_, std::move(work));
    }
    void close() {
        const std::lock_guard lock(mutex_);
        served_ = nullptr;
    }

  private:
    std::mutex mutex_;
    asio::io_context* served_;  // guarded by mutex_
};

enum class stage { silent, sending, has_said_all };

// What the server knows of a client, whichever its protocol.
class connection {
  public:
    virtual ~connection() = default;
    // Of one that is silent it is known that nothing came, not even what waits to be read.
    virtual stage now() const = 0;
    virtual void close() = 0;
};

// One connection: a line, its answer, the end.
template <typename Protocol>
class client final : public connection, public std::enable_shared_from_this<client<Protocol>> {
  public:
    client(typename Protocol::socket connected, const command_server::later_answerer& answer,
           std::shared_ptr<inbox> answers, std::function<void(connection&)> ended)
        : socket_(std::move(connected)),
          clock_(socket_.get_executor()),
          answer_(answer),
          answers_(std::move(answers)),
          ended_(std::move(ended)) {}
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client() override { ended_(*this); }

    void serve() {
        close_after(to_send);
        socket_.async_wait(Protocol::socket::wait_read,
                           [self = this->shared_from_this()](error_code failure) {
                               if (failure) return self->close();
                               self->something_came_ = true;
                               self->read_line();
                           });
    }

    stage now() const override {
        if (has_said_all_) return stage::has_said_all;
        error_code ignored;
        return something_came_ || socket_.available(ignored) > 0 ? stage::sending : stage::silent;
    }

    void close() override {
        error_code ignored;
        clock_.cancel();
        socket_.close(ignored);
    }

  private:
    void close_after(seconds limit) {
        clock_.expires_after(limit);
        clock_.async_wait([self = this->shared_from_this()](error_code cancelled) {
            if (!cancelled) self->close();
        });
    }

    void read_line() {
        asio::async_read_until(socket_, asio::dynamic_buffer(text_, command_server::line_bytes_max),
                               '\n', [self = this->shared_from_this()](error_code failure, auto) {
                                   self->take_line(failure);
                               });
    }

    void take_line(error_code failure) {
        if (failure == asio::error::not_found)
            return send(
                fmt::format("a command has {} bytes at most\n", command_server::line_bytes_max));
        // The last line needs no end.
        if (failure && (failure != asio::error::eof || text_.empty())) return close();
        wait_for_answer();
        const std::string_view all(text_);
        answer_(all.substr(0, all.find('\n')),
                [answers = answers_, waiting = this->weak_from_this()](std::string text) {
                    answers->post([waiting, text = std::move(text)] {
                        if (const auto self = waiting.lock()) self->send(text);
                    });
                });
    }

    // As long as it takes; what waits keeps this here, and who answers does not.
    void wait_for_answer() {
        has_said_all_ = true;
        clock_.expires_at(asio::steady_timer::time_point::max());
        clock_.async_wait([self = this->shared_from_this()](error_code) {});
    }

    void send(std::string text) {
        text_ = std::move(text);
        has_said_all_ = true;
        close_after(to_take);
        asio::async_write(socket_, asio::buffer(text_),
                          [self = this->shared_from_this()](error_code failure, auto) {
                              if (failure) return self->close();
                              error_code ignored;
                              self->socket_.shutdown(Protocol::socket::shutdown_send, ignored);
                              self->close_after(to_leave);
                              self->text_.assign(command_server::line_bytes_max, '\0');
                              self->read_the_rest();
                          });
    }

    void read_the_rest() {
        socket_.async_read_some(asio::buffer(text_),
                                [self = this->shared_from_this()](error_code failure, auto) {
                                    if (failure) return self->close();
                                    self->read_the_rest();
                                });
    }

    typename Protocol::socket socket_;
    asio::steady_timer clock_;
    const command_server::later_answerer& answer_;
    const std::shared_ptr<inbox> answers_;
    const std::function<void(connection&)> ended_;
    std::string text_;
    bool something_came_ = false;
    bool has_said_all_ = false;
};

// Of a process that has died.
void remove_stale(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return;
    if (!S_ISSOCK(found.st_mode))
        throw error(fmt::format("{} is there, and is no socket: it is left alone", path));
    if (is_served(path)) throw error(fmt::format("a process that is at work serves {}", path));
    ::unlink(path.c_str());
}

}  // namespace

class command_server::running {
  public:
    running(const serving_places& at, later_answerer answer) : answer_(guarded(std::move(answer))) {
        try {
            if (!at.unix_path.empty()) listen_at(at.unix_path);
            if (at.tcp_port != 0) listen_at(at.tcp_host, at.tcp_port);
        } catch (...) {
            remove_own_file();
            throw;
        }
        thread_ = std::jthread([this] {
            pthread_setname_np(pthread_self(), "control");
            run();
        });
    }
    running(const running&) = delete;
    running& operator=(const running&) = delete;
    ~running() {
        answers_->close();
        context_.stop();
        if (thread_.joinable()) thread_.join();
        waiting_.clear();
        remove_own_file();
    }

    const std::string& unix_path() const noexcept { return bound_; }
    std::uint16_t tcp_port() const noexcept { return tcp_port_; }

  private:
    // Only what was made here: another process may have the path since.
    void remove_own_file() const {
        if (bound_.empty()) return;
        struct stat found {};
        if (::lstat(bound_.c_str(), &found) == 0 && found.st_ino == inode_)
            ::unlink(bound_.c_str());
    }

    static later_answerer guarded(later_answerer answer) {
        return [answer = std::move(answer)](std::string_view line, const reply& to) {
            try {
                answer(line, to);
            } catch (const std::exception& failure) {
                to(std::string(failure.what()) + "\n");
            }
        };
    }

    // Nobody can connect before it listens, and it listens when only its owner may.
    void listen_at(const std::string& path) {
        require(path.size() <= socket_path_bytes_max, "the path of a socket fits");
        remove_stale(path);
        try {
            unix_.emplace(context_);
            unix_->open();
            unix_->bind(stream_protocol::endpoint(path));
            struct stat made {};
            if (::chmod(path.c_str(), 0600) != 0 || ::lstat(path.c_str(), &made) != 0)
                throw boost::system::system_error(errno, boost::system::system_category());
            bound_ = path;
            inode_ = made.st_ino;
            unix_->listen();
        } catch (const boost::system::system_error& failure) {
            throw error(
                fmt::format("no socket can be made at {}: {}", path, failure.code().message()));
        }
        accept(*unix_);
    }

    void listen_at(const std::string& host, std::uint16_t port) {
        try {
            const auto found =
                tcp::resolver(context_).resolve(host, std::to_string(port), tcp::resolver::passive);
            tcp_.emplace(context_, found.begin()->endpoint());  // with SO_REUSEADDR
            tcp_port_ = tcp_->local_endpoint().port();
        } catch (const boost::system::system_error& failure) {
            throw error(fmt::format("commands cannot be taken on {}:{}: {}", host, port,
                                    failure.code().message()));
        }
        accept(*tcp_);
    }

    template <typename Acceptor>
    void accept(Acceptor& at) {
        at.async_accept(
            [this, &at](error_code failure, typename Acceptor::protocol_type::socket one) {
                if (failure == asio::error::operation_aborted) return;
                if (failure) return accept_later(at);
                if (clients_.size() >= clients_max) make_room();
                auto made = std::make_shared<client<typename Acceptor::protocol_type>>(
                    std::move(one), answer_, answers_,
                    [this](connection& ended) { client_ended(ended); });
                clients_.push_back(made.get());
                made->serve();
                accept_when_there_is_room(at);
            });
    }

    template <typename Acceptor>
    void accept_when_there_is_room(Acceptor& at) {
        if (clients_.size() < clients_max || may_give_way() != clients_.end())
            accept(at);
        else
            waiting_.push_back([this, &at] { accept(at); });
    }

    // The oldest that has said nothing; where all have, the oldest that has not said all.
    std::list<connection*>::iterator may_give_way() {
        for (const stage wanted : {stage::silent, stage::sending}) {
            const auto found = std::ranges::find_if(
                clients_, [&](const connection* one) { return one->now() == wanted; });
            if (found != clients_.end()) return found;
        }
        return clients_.end();
    }

    void make_room() {
        const auto oldest = may_give_way();
        if (oldest == clients_.end()) return;
        connection& closed = **oldest;
        clients_.erase(oldest);
        closed.close();
    }

    template <typename Acceptor>
    void accept_later(Acceptor& at) {
        auto pause = std::make_shared<asio::steady_timer>(context_, accept_again);
        pause->async_wait([this, &at, pause](error_code) { accept(at); });
    }

    // Also when all are destroyed with the context.
    void client_ended(connection& ended) {
        std::erase(clients_, &ended);
        for (auto& go_on : std::exchange(waiting_, {})) asio::post(context_, std::move(go_on));
    }

    void run() noexcept {
        while (!context_.stopped()) {
            try {
                context_.run();
            } catch (const std::exception& failure) {
                log::write_at_once(
                    log::level::warning,
                    std::string("a command could not be answered: ") + failure.what());
            }
        }
    }

    const later_answerer answer_;
    std::list<connection*> clients_;  // the oldest first; only the thread, as the next
    std::vector<std::function<void()>> waiting_;
    asio::io_context context_{1};
    const std::shared_ptr<inbox> answers_ = std::make_shared<inbox>(context_);
    std::optional<stream_protocol::acceptor> unix_;
    std::optional<tcp::acceptor> tcp_;
    std::string bound_;
    ino_t inode_ = 0;
    std::uint16_t tcp_port_ = 0;
    std::jthread thread_;
};

command_server::command_server(const serving_places& at, later_answerer answer)
    : running_(std::make_unique<running>(at, std::move(answer))) {}
command_server::command_server(const serving_places& at, answerer answer)
    : command_server(at, [answer = std::move(answer)](std::string_view line, const reply& to) {
          to(answer(line));
      }) {}
command_server::~command_server() = default;

const std::string& command_server::unix_path() const noexcept {
    return running_->unix_path();
}

std::uint16_t command_server::tcp_port() const noexcept {
    return running_->tcp_port();
}

}  // namespace segue::control
