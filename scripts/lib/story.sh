# shellcheck shell=bash
# What the scripts in scripts/stories do alike: a server of their own, old and new code that writes all
# the while, and what the server has acknowledged to it. To be sourced, behind say.sh and run.sh.
#
# Code writes each change twice in one transaction: into the table of the story, and, in plain words of
# its own, into a ledger in another schema, which Segue never sees. So the ledger says at any moment
# what the table must hold.

SEGUE=
STORY_OPTIONS=()
WRITERS=()
declare -A WRITER_PIDS=() WRITTEN=()

story_usage() {
    cat <<EOT
Usage: scripts/stories/${0##*/} [--segue PATH] [--version V]

$1

Prints each step with what it runs. Exit code 0 where all came out as told, and no writer saw an error.

  --segue PATH  a segue that is built already (default: builds with preset release)
  --version V   of MySQL, as for scripts/sandbox
EOT
}

# story_begin ABOUT ARGUMENTS...
story_begin() {
    local about=$1
    shift
    while (($#)); do
        case $1 in
        -h | --help)
            story_usage "$about"
            exit
            ;;
        --segue | --version)
            (($# >= 2)) || die "$1 needs a value. Try: $0 --help"
            if [[ $1 == --segue ]]; then SEGUE=$2; else STORY_OPTIONS=(--version "$2"); fi
            shift
            ;;
        *) die "unknown argument: $1. Try: $0 --help" ;;
        esac
        shift
    done
    begin_work
    trap story_end EXIT
    if [[ -z $SEGUE ]]; then
        step "Build" run_apart segue_build release segue
        SEGUE=$ROOT/build/release/cli/segue
    fi
    export SEGUE_SANDBOX_DIR=$WORK/servers
    mkdir -p "$SEGUE_SANDBOX_DIR"
    step "A server" "$ROOT/scripts/sandbox" start story "${STORY_OPTIONS[@]}"
    (umask 077 && "$ROOT/scripts/sandbox" env story |
        sed -n 's/^SEGUE_USER=/user=/p; s/^SEGUE_PASSWORD=/password=/p' | sed '1i[client]' >"$WORK/segue.cnf")
    sql "CREATE DATABASE shop; CREATE DATABASE ledger;
        CREATE TABLE ledger.written (code VARCHAR(64) PRIMARY KEY, n INT NOT NULL)"
}

story_end() {
    local code=$?
    trap '' INT TERM HUP
    touch "$WORK/stop.all"
    wait
    "$ROOT/scripts/sandbox" stop --all || code=1
    if ((code == 0)); then say "PASS: all came out as told."; else say "FAIL: see above."; fi
    rm -rf "$WORK"
    trap - EXIT
    exit "$code"
}

# What is told to whoever reads along.
tell() {
    say "$BOLD-- $*$PLAIN"
}

# sql STATEMENTS: as the operator. Prints what comes, in columns with tabs.
sql() {
    "$ROOT/scripts/sandbox" client story --batch --skip-column-names -e "$1"
}

story_port() {
    "$ROOT/scripts/sandbox" env story | sed -n 's/^SEGUE_PORT=//p'
}

# As somebody would write these arguments.
as_written() {
    local one
    for one; do
        if [[ $one =~ [^A-Za-z0-9_=.,/:-] ]]; then printf ' "%s"' "$one"; else printf ' %s' "$one"; fi
    done
}

# segue CODE ARGUMENTS...: shows the command, runs it, and wants that exit code. What it told stays in
# $WORK/told.
segue() {
    local wanted=$1 code=0
    shift
    say "\$ segue$(as_written "$@")"
    "$SEGUE" "$@" --host 127.0.0.1 --port "$(story_port)" --conf "$WORK/segue.cnf" \
        --database shop >"$WORK/told" 2>&1 || code=$?
    sed 's/^/   | /' "$WORK/told" >&2
    ((code == wanted)) || die "segue ended with $code, and not with $wanted."
}

# told TEXT: that stood in what the last segue told.
told() {
    grep -qF -- "$1" "$WORK/told" || die "it did not tell: $1"
}

# code_begins NAME: begins to run the shell function NAME again and again, each time with the next number;
# what it prints is one transaction's statements. One connection, until code_ends NAME.
code_begins() {
    local name=$1
    : >"$WORK/errors.$name"
    (
        number=0
        while [[ ! -e $WORK/stop.$name && ! -e $WORK/stop.all ]]; do
            "$name" "$((number += 1))"
            printf 'UPDATE ledger.written SET n=n+1 WHERE code=%s;COMMIT;\n' "'$name'"
            sleep 0.02
        done
    ) | "$ROOT/scripts/sandbox" client story --batch --init-command="SET autocommit=0, transaction_isolation='READ-COMMITTED'" shop \
        >/dev/null 2>"$WORK/errors.$name" &
    WRITER_PIDS[$name]=$!
    WRITERS+=("$name")
    sql "INSERT IGNORE INTO ledger.written VALUES ('$name',0)"
    code_has_written 5
}

# code_has_written N: each code that is at work writes N transactions more.
code_has_written() {
    local name
    for name in "${WRITERS[@]}"; do
        WRITTEN[$name]=$(($(written_by "$name") + $1))
        wait_until 120 has_written "$name" || die "$name does not write any more: $(<"$WORK/errors.$name")"
    done
}

written_by() {
    sql "SELECT COALESCE(SUM(n),0) FROM ledger.written WHERE code='$1'"
}

has_written() {
    [[ ! -s $WORK/errors.$1 ]] || die "$1 saw an error: $(<"$WORK/errors.$1")"
    (($(written_by "$1") >= WRITTEN[$1]))
}

# code_ends NAME: it is taken out of use, and has seen no error.
code_ends() {
    local name=$1 other left=()
    touch "$WORK/stop.$name"
    wait "${WRITER_PIDS[$name]}" || die "$name ended with an error: $(<"$WORK/errors.$name")"
    rm "$WORK/stop.$name"
    for other in "${WRITERS[@]}"; do
        [[ $other == "$name" ]] || left+=("$other")
    done
    WRITERS=("${left[@]}")
    [[ ! -s $WORK/errors.$name ]] || die "$name saw an error: $(<"$WORK/errors.$name")"
    say "   $name has written $(written_by "$name") transactions."
}

# none_of WHAT QUERY: a query that counts what must not be.
none_of() {
    local count
    count=$(sql "$2")
    [[ $count == 0 ]] || die "$1: $count"
    say "   $1: none"
}
