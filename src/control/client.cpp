#include "src/control/client.hpp"

#include "src/base/error.hpp"

#include <utility>

#include <boost/asio.hpp>
#include <fmt/format.h>

namespace segue::control {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using boost::system::error_code;

// Everything that is started on the context ends within `limit`, or is cut off.
template <typename Socket, typename Connect>
std::string talk(asio::io_context& context, Socket& socket, Connect connect,
                 const std::string& line, std::chrono::seconds limit) {
    const std::string sent = line + "\n";
    std::string answer;
    error_code outcome = asio::error::timed_out;
    connect([&](error_code failed) {
        if (failed) {
            outcome = failed;
            return;
        }
        asio::async_write(socket, asio::buffer(sent), [&](error_code unsent, auto) {
            if (unsent) {
                outcome = unsent;
                return;
            }
            asio::async_read(socket, asio::dynamic_buffer(answer),
                             [&](error_code end, auto) { outcome = end; });
        });
    });
    context.run_for(limit);
    if (outcome == asio::error::eof) return answer;
    if (outcome == asio::error::timed_out)
        throw error(
            fmt::format("no answer came within {} s: is the process stopped (`T` in ps; kill -CONT "
                        "has it go on), or its machine overloaded? --timeout has it waited for "
                        "longer",
                        limit.count()));
    if (outcome == asio::error::connection_refused)
        throw error("nobody takes commands there, or not any more: the run has ended");
    if (outcome == boost::system::errc::no_such_file_or_directory)
        throw error("there is no such socket: the run has ended, or its socket is another one");
    throw error(outcome.message());
}

}  // namespace

std::string ask(const serving_places& at, const std::string& line, std::chrono::seconds limit) {
    asio::io_context context;
    const std::string where =
        at.unix_path.empty() ? fmt::format("{}:{}", at.tcp_host, at.tcp_port) : at.unix_path;
    try {
        if (!at.unix_path.empty()) {
            stream_protocol::socket socket(context);
            return talk(
                context, socket,
                [&](auto then) {
                    socket.async_connect(stream_protocol::endpoint(at.unix_path), then);
                },
                line, limit);
        }
        tcp::socket socket(context);
        const auto found = tcp::resolver(context).resolve(at.tcp_host, std::to_string(at.tcp_port));
        return talk(
            context, socket,
            [&](auto then) {
                asio::async_connect(socket, found,
                                    [then](error_code failure, auto) { then(failure); });
            },
            line, limit);
    } catch (const error& failure) {
        throw failure.in(where);
    } catch (const boost::system::system_error& failure) {
        throw error(fmt::format("{}: {}", where, failure.code().message()));
    }
}

bool is_served(const std::string& unix_path) {
    asio::io_context context;
    stream_protocol::socket socket(context);
    socket.open();
    socket.non_blocking(true);
    error_code failure;
    socket.connect(stream_protocol::endpoint(unix_path), failure);
    return failure != asio::error::connection_refused &&
           failure != boost::system::errc::no_such_file_or_directory;
}

}  // namespace segue::control
