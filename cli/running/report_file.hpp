#pragma once

#include <string>
#include <string_view>

namespace segue::cli {

/// The file of --report. It is not there until a run has ended, and whole then: a job that finds
/// one finds that of this run. Threads: any.
class report_file {
  public:
    /// Takes away what an earlier run has written there. Throws segue::error where no file could be
    /// written later: a folder that is not there or may not be written, or something at `path` that
    /// is no plain file. What a link at `path` leads to is what is written.
    explicit report_file(std::string path);

    /// Writes all of it, or nothing: a new file takes the place of whatever is there. Throws
    /// segue::error.
    void write(std::string_view text) const;

  private:
    std::string path_;
};

}  // namespace segue::cli
