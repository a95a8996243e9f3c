#include "src/base/error.hpp"
#include "tests/fuzz/target.hpp"
#include "throttle/http_url.hpp"

namespace segue::fuzz {
namespace {

using throttle::http_url;

bool fit_for_a_request(const std::string& text) {
    for (const char one : text)
        if (static_cast<unsigned char>(one) <= ' ') return false;
    return !text.empty();
}

// What a URL becomes in a request begins no second line of it.
void check_url(const std::string& text) {
    const http_url read = throttle::parse_url(text);
    must(fit_for_a_request(read.host) && fit_for_a_request(read.target), "no blank gets through");
    must(fit_for_a_request(throttle::host_header(read)), "nor into a header");
    must(read.target.starts_with('/'), "a path begins at the root");
    must(read.port.find_first_not_of("0123456789") == read.port.npos, "a port is a number");
    must(throttle::parse_url(throttle::followed_to(read, read.target)) == read,
         "a redirection to itself leads there again");
}

}  // namespace

// Where a check's server sends the one who asks: a URL, or a path, as it stands in its answer.
void run_http_answer(std::span<const std::byte> bytes) {
    const std::string location = text_of(bytes);
    const http_url from{.tls = false, .host = "::1", .port = "81", .target = "/"};
    static_cast<void>(readable(throttle::followed_to(from, location), check_url));
}

std::vector<input> http_answer_seeds() {
    return inputs_of({"http://freno.example/check/x?y=1#z", "https://[::1]:8443", "http://h:81?q",
                      "/moved/here?a=b", "//other.example/x", "http://user:pw@h:80/"});
}

}  // namespace segue::fuzz
