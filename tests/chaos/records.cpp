#include "tests/chaos/records.hpp"

#include "src/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::chaos {
namespace {

using nlohmann::json;

json as_json(const trial_result& result, const std::string& state) {
    return {{"seed", result.seed},           {"state", state},
            {"version", result.version},     {"passed", result.passed()},
            {"failure", result.failure},     {"seconds", result.seconds},
            {"faults", result.faults},       {"ends", result.ends},
            {"resumed", result.resumed},     {"begun_anew", result.begun_anew},
            {"respites", result.respites},   {"transactions", result.transactions},
            {"by_ledger", result.by_ledger}, {"by_native_alter", result.by_native_alter},
            {"why_ended", result.why_ended}};
}

trial_result from_json(const json& line) {
    trial_result result;
    line.at("seed").get_to(result.seed);
    line.at("version").get_to(result.version);
    line.at("failure").get_to(result.failure);
    line.at("seconds").get_to(result.seconds);
    line.at("faults").get_to(result.faults);
    line.at("ends").get_to(result.ends);
    line.at("resumed").get_to(result.resumed);
    line.at("begun_anew").get_to(result.begun_anew);
    line.at("respites").get_to(result.respites);
    line.at("transactions").get_to(result.transactions);
    line.at("by_ledger").get_to(result.by_ledger);
    line.at("by_native_alter").get_to(result.by_native_alter);
    return result;
}

struct sums {
    std::map<std::string, std::uint64_t> by_version;
    std::map<std::string, std::uint64_t> faults;
    std::map<std::string, std::uint64_t> ends;
    std::uint64_t passed = 0;
    std::uint64_t faults_in_all = 0;
    std::uint64_t resumed = 0;
    std::uint64_t begun_anew = 0;
    std::uint64_t respites = 0;
    std::uint64_t transactions = 0;
    std::uint64_t by_ledger = 0;
    std::uint64_t by_native_alter = 0;
    double seconds = 0;
    std::string failed;

    void add(const trial_result& one) {
        ++by_version[one.version];
        for (const auto& [name, times] : one.faults) {
            faults[name] += times;
            faults_in_all += times;
        }
        for (const auto& [name, times] : one.ends) ends[name] += times;
        if (one.passed()) ++passed;
        resumed += one.resumed;
        begun_anew += one.begun_anew;
        respites += one.respites;
        transactions += one.transactions;
        by_ledger += one.by_ledger ? 1 : 0;
        by_native_alter += one.by_native_alter ? 1 : 0;
        seconds += one.seconds;
        if (!one.passed())
            failed += fmt::format("  seed {}: {}\n", one.seed,
                                  one.failure.substr(0, one.failure.find('\n')));
    }
};

std::string list_of(const std::map<std::string, std::uint64_t>& counts) {
    std::string out;
    for (const auto& [name, times] : counts)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, times);
    return out;
}

}  // namespace

void records::add(const trial_result& result) const {
    const std::string line =
        as_json(result, state_).dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    const int file = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    // In one piece, as others may write as well.
    const bool written =
        file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    const int number = errno;
    if (file >= 0) ::close(file);
    if (!written) throw error("writing " + file_.string() + ": " + std::strerror(number));
}

std::string records::report() const {
    std::map<std::uint64_t, trial_result> by_seed;
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) {
        const auto read = json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (read.is_discarded() || read.value("state", "") != state_) continue;
        auto result = from_json(read);
        by_seed[result.seed] = std::move(result);
    }
    std::vector<trial_result> results;
    for (auto& [seed, result] : by_seed) results.push_back(std::move(result));
    return fmt::format("state {}\n{}", state_, summary_of(results));
}

std::string summary_of(const std::vector<trial_result>& results) {
    sums all;
    for (const auto& each : results) all.add(each);
    return fmt::format(
        "runs                 {} in {:.0f} minutes\n"
        "  by server          {}\n"
        "  by the ledger      {}\n"
        "  by ALTER TABLE     {}\n"
        "transactions         {}\n"
        "faults               {}\n"
        "  by kind            {}\n"
        "ends of processes    {}\n"
        "went on with a run   {}\n"
        "begun anew           {}\n"
        "writers held back    {}\n"
        "passed               {}\n"
        "failed               {}\n{}",
        results.size(), all.seconds / 60, list_of(all.by_version), all.by_ledger,
        all.by_native_alter, all.transactions, all.faults_in_all, list_of(all.faults),
        list_of(all.ends), all.resumed, all.begun_anew, all.respites, all.passed,
        results.size() - all.passed, all.failed);
}

}  // namespace segue::chaos
