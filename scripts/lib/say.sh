# shellcheck shell=bash
# Messages for people. They go to stderr, so that stdout carries data only.

say() {
    printf '%s\n' "$*" >&2
}

# Ends the script: say what is wrong and what would put it right.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# The same, with an exit code of its own: this MySQL is neither here nor in the archive.
not_to_be_had() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 3
}
