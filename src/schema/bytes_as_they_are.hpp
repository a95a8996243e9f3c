#pragma once

#include "src/base/error.hpp"
#include "src/db/session.hpp"

namespace segue::schema {

/// For as long as it lives the server sends texts unconverted.
/// https://dev.mysql.com/doc/refman/8.4/en/charset-connection.html
class bytes_as_they_are {
  public:
    explicit bytes_as_they_are(db::session& session) : session_(session) {
        session_.execute("SET SESSION character_set_results=NULL");
    }
    bytes_as_they_are(const bytes_as_they_are&) = delete;
    bytes_as_they_are& operator=(const bytes_as_they_are&) = delete;
    ~bytes_as_they_are() {
        try {
            session_.execute("SET SESSION character_set_results='utf8mb4'");
        } catch (const error&) {  // A session that is lost: whoever uses it next is told.
        }
    }

  private:
    db::session& session_;
};

}  // namespace segue::schema
