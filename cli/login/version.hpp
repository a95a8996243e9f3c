#pragma once

#include <string>

namespace segue::cli {

/// "<version> (git commit: <sha>)", of the checkout as it was when the build was configured.
std::string version_text();

}  // namespace segue::cli
