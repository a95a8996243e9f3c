# shellcheck shell=bash
# What scripts/demo and scripts/test do alike: steps that tell their time, a folder for what must
# not stay, and processes that end with the script, however it ends. To be sourced.
#
# Needs say.sh.

WORK=
GROUP=
BOLD=
PLAIN=
if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
    BOLD=$'\e[1m'
    PLAIN=$'\e[0m'
fi

# step TITLE COMMAND...
step() {
    local title=$1 began=$SECONDS
    shift
    say "$BOLD== $title$PLAIN"
    "$@"
    say "   ($((SECONDS - began)) s)"
}

# Makes WORK, where temporary files go from now on, and cares for the end.
begin_work() {
    # A short path, since sockets are in it.
    WORK=$(mktemp -d /tmp/segue.XXXXXX)
    export TMPDIR=$WORK
    trap end_work EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# run_apart COMMAND...: in a process group of its own, so that end_work ends all of it at once. It
# has no terminal to read from.
run_apart() {
    local code=0
    set -m
    "$@" </dev/null &
    GROUP=$!
    set +m
    wait "$GROUP" || code=$?
    if ((code > 128)); then
        say "$1 was ended by signal $((code - 128))."
    fi
    # What a command that died has left must not go on either.
    end_group
    return "$code"
}

# wait_until SECONDS COMMAND...: false when it did not become true in time.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

group_is_gone() {
    ! kill -0 -- "-$GROUP" 2>/dev/null
}

end_group() {
    if ! group_is_gone; then
        kill -TERM -- "-$GROUP" 2>/dev/null || true
        wait_until 20 group_is_gone || kill -KILL -- "-$GROUP" 2>/dev/null || true
    fi
    GROUP=
}

# A program that had test servers has one more process, which removes them when it is gone.
servers_are_gone() {
    ! compgen -G "$WORK/segue-test.*" >/dev/null
}

end_work() {
    local code=$? folder
    trap '' INT TERM HUP
    if [[ -n $GROUP ]]; then
        say "Stopping, and removing what was started ..."
        end_group
    fi
    if ! wait_until 30 servers_are_gone; then
        for folder in "$WORK"/segue-test.*; do
            SEGUE_SANDBOX_DIR=$folder "$ROOT/scripts/sandbox" stop --all || true
        done
    fi
    rm -rf "$WORK"
    trap - EXIT
    exit "$code"
}
