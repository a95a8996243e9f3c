#pragma once

#include "binlog/events.hpp"
#include "binlog/stream.hpp"
#include "src/wire/byte_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace segue::binlog {

/// How the rows of one table map stand in row images, and which of the columns are wanted.
/// Reading allocates nothing.
/// Errors: the constructor throws segue::error for metadata that do not fit the types, and for
/// types that no row image of MySQL 8.0 to 9.7 has; so do the readers for rows that end early.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Table__map__event.html
class row_layout {
  public:
    /// `wanted`: ordinals from 0, none of them twice. One beyond the table's columns stays absent
    /// in every row.
    row_layout(const table_map_event& map, std::span<const unsigned> wanted);

    std::size_t column_count() const { return columns_.size(); }

    /// Reads an image of whole values, of the columns in the bitmap `present`. `into` has one
    /// element for each wanted column, and all of them are set.
    void read_image(wire::byte_reader& rows, std::span<const std::byte> present,
                    std::span<column_image> into) const;

    /// Reads the image after an update in a PARTIAL_UPDATE_ROWS event: it begins with value
    /// options, and JSON columns may hold only what changed. Such a wanted column is set to absent,
    /// and `partial` tells it apart; so it has one element for each wanted column as well.
    void read_partial_image(wire::byte_reader& rows, std::span<const std::byte> present,
                            std::span<column_image> into, std::span<bool> partial) const;

  private:
    static constexpr std::uint32_t not_wanted = ~std::uint32_t{0};

    struct column {
        std::uint8_t type = 0;          // real type: ENUM, SET, not STRING
        std::uint8_t length_bytes = 0;  // of the length before the value; 0: fixed_bytes long
        std::uint16_t fixed_bytes = 0;
        std::uint16_t metadata = 0;
        std::uint32_t wanted = not_wanted;  // index into the wanted columns
    };

    static column read_column(std::uint8_t type, wire::byte_reader& in);
    void read_columns(wire::byte_reader& rows, std::span<const std::byte> present,
                      std::span<const std::byte> json_differences, std::span<column_image> into,
                      std::span<bool> partial) const;

    std::vector<column> columns_;
    std::size_t json_columns_ = 0;
};

}  // namespace segue::binlog
