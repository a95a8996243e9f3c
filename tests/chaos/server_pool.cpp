#include "tests/chaos/server_pool.hpp"

#include <vector>

namespace segue::chaos {
namespace {

std::vector<std::string> mysqld_options(const plan& of) {
    std::vector<std::string> options{"--plugin-load-add=semisync_source.so"};
    if (!of.gtids)
        options.insert(options.end(), {"--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"});
    return options;
}

}  // namespace

std::shared_ptr<test::sandbox_server> server_pool::server_for(const plan& of) {
    auto& kept = kept_[{of.version, of.gtids}];
    if (!kept)
        kept = std::make_shared<test::sandbox_server>(
            test::server_options{.mysqld = mysqld_options(of), .version = of.version});
    return kept;
}

server_pool::pair server_pool::pair_for(const plan& of) {
    pair made;
    made.primary = std::make_shared<test::sandbox_server>(
        test::server_options{.mysqld = mysqld_options(of), .version = of.version});
    made.replica = std::make_shared<test::sandbox_server>(test::server_options{
        .mysqld = {"--replica-parallel-workers=4", "--replica-preserve-commit-order=ON"},
        .replica_of = made.primary.get(),
        .version = of.version});
    return made;
}

}  // namespace segue::chaos
