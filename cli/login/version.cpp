#include "cli/login/version.hpp"

namespace segue::cli {

std::string version_text() {
    return SEGUE_VERSION " (git commit: " SEGUE_COMMIT ")";
}

}  // namespace segue::cli
