#include "src/views/view_design.hpp"

#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::views {
namespace {

using schema::column;
using schema::table_definition;

// The map whose name, or whose column, this is; nullptr: there is none.
const column_map* mapped(std::span<const column_map> maps, std::string column_map::*part,
                         std::string_view name) {
    const auto at = std::ranges::find_if(
        maps, [&](const column_map& one) { return sql::same_name(one.*part, name); });
    return at == maps.end() ? nullptr : &*at;
}

void check_maps(const table_definition& table, std::span<const column_map> maps,
                std::vector<refusal>& refusals) {
    for (std::size_t i = 0; i < maps.size(); ++i) {
        const column_map& one = maps[i];
        if (table.find_column(one.made_from) == nullptr)
            refusals.push_back({fmt::format("--map {}: {} has no column {}", one.text(),
                                            table.name.quoted(), quoted_name(one.made_from)),
                                did_you_mean(one.made_from, table.column_names()) +
                                    "What a column is made from stands right of the =."});
        if (mapped(maps.first(i), &column_map::name, one.name) != nullptr)
            refusals.push_back({fmt::format("the view on {} would have two columns {}",
                                            table.name.quoted(), quoted_name(one.name)),
                                "Give each name one --map."});
        if (mapped(maps.first(i), &column_map::made_from, one.made_from) != nullptr)
            refusals.push_back(
                {fmt::format("two names of the view on {} are made from {}", table.name.quoted(),
                             quoted_name(one.made_from)),
                 "The server takes no INSERT into a view that has a column of its table twice. "
                 "Give one --map for each column; make another view for the other name."});
    }
}

class designer {
  public:
    designer(const table_definition& table, std::span<const column_map> maps)
        : table_(table), maps_(maps) {}

    view_design run() {
        check_maps(table_, maps_, made_.refusals);
        if (!made_.refusals.empty()) return std::move(made_);
        for (const column& one : table_.columns) place(one);
        for (const column* one : at_the_end_)
            made_.columns.push_back({.name = one->name, .made_from = one->name});
        if (made_.columns.empty())
            made_.refusals.push_back(
                {fmt::format("no column is left for the view on {}", table_.name.quoted()),
                 "Name a column in a --map."});
        return std::move(made_);
    }

  private:
    void place(const column& one) {
        // A name that is taken stands where its column stood: code that counts columns finds it
        // there.
        const column_map* const taken = mapped(maps_, &column_map::name, one.name);
        if (taken != nullptr) add(*taken);
        const column_map* const own = mapped(maps_, &column_map::made_from, one.name);
        if (own != nullptr) {
            if (table_.find_column(own->name) == nullptr) add(*own);
            return;
        }
        if (taken != nullptr) return leave_out(one, *taken);
        if (!one.invisible)
            made_.columns.push_back({.name = one.name, .made_from = one.name});
        else if (one.auto_increment)
            show_at_the_end(one);
        else
            leave_out_invisible(one);
    }

    void add(const column_map& map) {
        made_.columns.push_back(
            {.name = map.name, .made_from = table_.find_column(map.made_from)->name});
    }

    void show_at_the_end(const column& one) {
        at_the_end_.push_back(&one);
        made_.notices.push_back(fmt::format(
            "the AUTO_INCREMENT column {} of {} is invisible, and is the last column of the view: "
            "without it an INSERT would not set LAST_INSERT_ID(). One that names no columns has to "
            "give it a value",
            quoted_name(one.name), table_.name.quoted()));
    }

    void leave_out(const column& one, const column_map& taken) {
        if (one.auto_increment) {
            made_.refusals.push_back(
                {fmt::format("--map {} leaves out the AUTO_INCREMENT column {} of {}", taken.text(),
                             quoted_name(one.name), table_.name.quoted()),
                 fmt::format("An INSERT through the view would not set LAST_INSERT_ID(). Give it "
                             "another name: --map \"{}.other_name={}\".",
                             table_.name.name, one.name)});
            return;
        }
        if (may_be_left_out(one)) {
            made_.notices.push_back(fmt::format(
                "the column {} of {} is not in the view: its name is that of {} there",
                quoted_name(one.name), table_.name.quoted(), quoted_name(taken.made_from)));
            return;
        }
        made_.refusals.push_back(
            {fmt::format("--map {} leaves out the column {} of {}, which is NOT NULL and has no "
                         "default",
                         taken.text(), quoted_name(one.name), table_.name.quoted()),
             fmt::format("No row could be inserted through the view. Give the column a default, or "
                         "another name in the view: --map \"{}.other_name={}\".",
                         table_.name.name, one.name)});
    }

    void leave_out_invisible(const column& one) {
        const std::string takes_it_in =
            fmt::format("--map \"{}.{}={}\"", table_.name.name, one.name, one.name);
        if (may_be_left_out(one)) {
            made_.notices.push_back(
                fmt::format("the column {} of {} is invisible, and not in the view; {} takes it in",
                            quoted_name(one.name), table_.name.quoted(), takes_it_in));
            return;
        }
        made_.refusals.push_back(
            {fmt::format("the column {} of {} is invisible, NOT NULL, and has no default: no row "
                         "could be inserted through a view without it",
                         quoted_name(one.name), table_.name.quoted()),
             fmt::format("{} takes it in, visible in the view; or give it a default.",
                         takes_it_in)});
    }

    const table_definition& table_;
    const std::span<const column_map> maps_;
    view_design made_;
    std::vector<const column*> at_the_end_;
};

}  // namespace

bool may_be_left_out(const column& one) {
    return one.nullable || one.default_text || one.generated || one.auto_increment ||
           one.data_type == "enum";
}

view_design design_view(const table_definition& table, std::span<const column_map> maps) {
    return designer(table, maps).run();
}

std::string select_of(const table_name& table, std::span<const view_column> columns) {
    std::string text = "select ";
    for (const view_column& one : columns)
        text += fmt::format("{}{}.{} AS {}", &one == columns.data() ? "" : ",", table.quoted(),
                            quoted_name(one.made_from), quoted_name(one.name));
    return text + " from " + table.quoted();
}

std::optional<std::vector<view_column>> columns_in(std::string_view select) {
    sql::tokenized_sql text;
    try {
        text = sql::tokenize(select);
    } catch (const error&) {
        return std::nullopt;
    }
    const auto& tokens = text.tokens;
    constexpr std::size_t of_column = 7;  // `s` . `t` . `c` AS `n`
    std::vector<view_column> columns;
    std::size_t at = 1;
    for (; at + of_column < tokens.size(); at += of_column + 1) {
        if (!tokens[at + 1].is_symbol('.') || !tokens[at + 3].is_symbol('.') ||
            !tokens[at + 5].is_word("AS"))
            return std::nullopt;
        columns.push_back(
            {.name = sql::unquote(tokens[at + 6]), .made_from = sql::unquote(tokens[at + 4])});
        if (!tokens[at + of_column].is_symbol(',')) break;
    }
    constexpr std::size_t behind = 4;  // FROM `s` . `t`
    const std::size_t from = at + of_column;
    if (columns.empty() || from + behind != tokens.size() || !tokens[from].is_word("FROM"))
        return std::nullopt;
    const table_name table{sql::unquote(tokens[from + 1]), sql::unquote(tokens[from + 3])};
    if (select_of(table, columns) != select) return std::nullopt;
    return columns;
}

std::vector<std::string> changes_between(std::span<const view_column> before,
                                         std::span<const view_column> now) {
    const auto named = [](std::span<const view_column> all, const std::string& name) {
        const auto at = std::ranges::find(all, name, &view_column::name);
        return at == all.end() ? nullptr : &*at;
    };
    std::vector<std::string> changes;
    for (const view_column& one : now) {
        const view_column* const was = named(before, one.name);
        if (was == nullptr)
            changes.push_back(fmt::format("{} is new, and made from {}", quoted_name(one.name),
                                          quoted_name(one.made_from)));
        else if (was->made_from != one.made_from)
            changes.push_back(fmt::format("{} is made from {}, and was from {}",
                                          quoted_name(one.name), quoted_name(one.made_from),
                                          quoted_name(was->made_from)));
    }
    for (const view_column& one : before)
        if (named(now, one.name) == nullptr)
            changes.push_back(fmt::format("{}, which was made from {}, is gone",
                                          quoted_name(one.name), quoted_name(one.made_from)));
    if (changes.empty() && !std::ranges::equal(before, now))
        changes.emplace_back("its columns stand in another order");
    return changes;
}

}  // namespace segue::views
