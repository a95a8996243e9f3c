#pragma once

namespace segue::cli {

/// To be called first of all, before anything opens a descriptor and before other threads. Where
/// standard input, output or error is closed, /dev/null stands in its place from then on: else the
/// next socket or file would get its number, and with it all that is printed. And a reader of the
/// output that is gone (a pager, `head`) makes writing fail, which nobody heeds, where SIGPIPE
/// would end the process.
void secure_standard_streams() noexcept;

}  // namespace segue::cli
