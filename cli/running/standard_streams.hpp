#pragma once

namespace segue::cli {

/// To be called first of all, before anything opens a descriptor and before other threads. Where
/// standard input, output or error is closed, /dev/null stands in its place from then on, which can
/// be used as little: else the next socket or file would get its number, and with it all that is
/// printed. And a reader of the output that is gone (a pager, `head`), or a limit on the size of
/// files (`ulimit -f`), makes writing fail, where SIGPIPE and SIGXFSZ would end the process.
void secure_standard_streams() noexcept;

}  // namespace segue::cli
