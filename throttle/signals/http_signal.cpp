#include "throttle/signals/http_signal.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "throttle/signals/http_status.hpp"

#include <fmt/format.h>

namespace segue::throttle {
namespace {

// No answer at all; gh-ost has this number for it.
constexpr unsigned no_answer = 0xFFFFFFFF;

struct meaning {
    std::string_view usual;
    std::string_view of_freno;  // https://github.com/github/freno/blob/master/doc/http.md
};

meaning meaning_of(unsigned status) {
    switch (status) {
        case 404:
            return {"Not found", "freno: unknown metric"};
        case 417:
            return {"Expectation failed", "freno: access forbidden"};
        case 429:
            return {"Too many requests", "freno: threshold exceeded"};
        case 500:
            return {"Internal server error", "freno: internal error"};
        case no_answer:
            return {"Connection error", "freno: connection error"};
        default:
            return {};
    }
}

}  // namespace

std::optional<std::string> http_reason(unsigned status, bool of_freno) {
    if (status == 200) return std::nullopt;
    const std::string code = status == no_answer ? "http=-1" : fmt::format("http={}", status);
    const meaning words = meaning_of(status);
    if (words.usual.empty()) return code;
    return fmt::format("{} ({})", of_freno ? words.of_freno : words.usual, code);
}

std::optional<std::string> http_signal::evaluate() {
    const auto url = pace_.snapshot().throttle_http;
    if (url.empty()) return std::nullopt;
    const bool of_freno = url.find("freno") != url.npos;
    try {
        return http_reason(http_status(url, with_.timeout), of_freno);
    } catch (const error& failure) {
        log::info("--throttle-http: {}", failure.what());
        return with_.ignore_errors ? std::nullopt : http_reason(no_answer, of_freno);
    }
}

}  // namespace segue::throttle
