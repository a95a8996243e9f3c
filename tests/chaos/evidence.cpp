#include "tests/chaos/evidence.hpp"

#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace segue::chaos {
namespace {

std::string printed(const std::vector<test::row>& rows) {
    std::string out;
    for (const auto& row : rows) {
        for (const auto& field : row) out += field.value_or("NULL") + "\t";
        out += "\n";
    }
    return out;
}

}  // namespace

evidence::evidence(std::filesystem::path folder, const plan& of, const std::string& failure)
    : folder_(std::move(folder)) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    std::filesystem::create_directories(folder_, ignored);
    write("plan.txt", of.words());
    write("failure.txt", failure + "\n");
}

void evidence::write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
}

void evidence::add_process(std::size_t number, test::child_process& process) {
    write(fmt::format("segue-{}.err", number), process.err());
    write(fmt::format("segue-{}.out", number), process.out());
    if (!process.running()) return;
    try {
        const auto stacks = test::run_command(
            "gdb", {"--batch", "-p", std::to_string(process.pid()), "-ex", "thread apply all bt"});
        write(fmt::format("segue-{}.stacks", number), stacks.out + stacks.err);
    } catch (const std::exception& failed) {
        write(fmt::format("segue-{}.stacks", number), failed.what());
    }
}

void evidence::add_writers(const std::string& report) {
    write("writers.txt", report);
}

void evidence::add_queries(scene& where) {
    auto session = where.root();
    std::string out;
    const auto add = [&](const std::string& sql) {
        out += "== " + sql + "\n";
        try {
            out += printed(session.query(sql));
        } catch (const std::exception& failed) {
            out += std::string(failed.what()) + "\n";
        }
    };
    add("SHOW FULL PROCESSLIST");
    add("SELECT * FROM performance_schema.metadata_locks WHERE object_schema=DATABASE()");
    add("SELECT * FROM performance_schema.data_locks LIMIT 200");
    add("SELECT * FROM information_schema.innodb_trx");
    add("XA RECOVER");
    add("SHOW BINARY LOGS");
    add("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged");
    for (const auto& name : where.table_names()) {
        add("SHOW CREATE TABLE " + segue::quoted_name(name));
        add("SELECT COUNT(*) FROM " + segue::quoted_name(name));
    }
    add("SELECT * FROM " + where.tables().checkpoint.quoted() + " LIMIT 2000");
    add("SELECT * FROM " + where.tables().changelog.quoted());
    write("server.txt", out);
}

void evidence::add_server(scene& where) {
    try {
        add_queries(where);
    } catch (const std::exception& failed) {
        write("server.txt", failed.what());
    }
    std::error_code ignored;
    const auto& data = where.server().data_folder();
    std::filesystem::copy(data.parent_path() / "error.log", folder_ / "error.log", ignored);
    for (const auto& each : std::filesystem::directory_iterator(data, ignored))
        if (each.path().filename().string().starts_with("binlog."))
            std::filesystem::copy(each.path(), folder_ / each.path().filename(), ignored);
}

}  // namespace segue::chaos
