#include "src/base/table_naming.hpp"

#include "src/base/stable_hash.hpp"
#include "src/base/utf8.hpp"

#include <string_view>

#include <fmt/format.h>

namespace segue {
namespace {

constexpr std::size_t identifier_characters_max = 64;

std::string_view first_characters(std::string_view utf8, std::size_t count) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        if ((static_cast<unsigned char>(utf8[i]) & 0xC0U) == 0x80U) continue;
        if (seen == count) return utf8.substr(0, i);
        ++seen;
    }
    return utf8;
}

std::string derived(const std::string& base, std::string_view suffix) {
    const std::size_t room = identifier_characters_max - 1 - suffix.size();
    if (characters_in(base) <= room) return fmt::format("_{}{}", base, suffix);
    const std::string hash = fmt::format("_{:08x}", stable_hash(base));
    return fmt::format("_{}{}{}", first_characters(base, room - hash.size()), hash, suffix);
}

table_name beside(const table_name& original, const table_naming& naming, std::string_view suffix) {
    return {original.schema, derived(naming.base.empty() ? original.name : naming.base, suffix)};
}

}  // namespace

table_name backfill_state_beside(const table_name& original, const table_naming& naming) {
    return beside(original, naming, "_bkf");
}

view_trial_names view_trial_beside(const table_name& original) {
    return {.table = beside(original, {}, "_ghv"), .view = beside(original, {}, "_ghw")};
}

table_name expanded_state_beside(const table_name& original, const table_naming& naming) {
    return beside(original, naming, "_exp");
}

std::string trigger_beside(const table_name& original, const std::string& column,
                           std::string_view suffix) {
    return derived(original.name + "_" + column, suffix);
}

migration_tables split_tables(const table_name& source, const table_name& target) {
    return {.original = source,
            .ghost = target,
            .old = beside(target, {}, "_spo"),
            .changelog = beside(target, {}, "_spc"),
            .checkpoint = beside(target, {}, "_spk"),
            .rehearsal = beside(target, {}, "_spr")};
}

migration_tables tables_beside(const table_name& original, const table_naming& naming) {
    const auto named = [&](std::string_view suffix) { return beside(original, naming, suffix); };
    return {
        .original = original,
        .ghost = named("_gho"),
        .old = named(naming.old_stamp.empty() ? "_del" : fmt::format("_{}_del", naming.old_stamp)),
        .changelog = named("_ghc"),
        .checkpoint = named("_ghk"),
        .rehearsal = named("_ghr")};
}

}  // namespace segue
