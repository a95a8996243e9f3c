# shellcheck shell=bash
# One sandbox server = one folder below SANDBOXES:
#   data/           MySQL's data directory
#   mysqld.sock     its socket
#   error.log       its error log
#   server.conf     KEY=VALUE lines for env, in shell quoting
#   client.cnf      option file of root through the socket
#   segue.cnf       option file of the segue account through TCP
#   command         the command line it runs with, each word ended by a NUL
# Folder and files are readable by their owner only, since they hold a password.
#
# Needs say.sh and mysqld.sh.

SANDBOXES=${SEGUE_SANDBOX_DIR:-${TMPDIR:-/tmp}/segue-sandbox-$UID}
readonly SANDBOX_USER=segue
readonly START_SECONDS=120
readonly STOP_SECONDS=60
readonly PORT_ATTEMPTS=20

# Makes SANDBOXES absolute and sure to be ours: /tmp is open to everyone.
prepare_sandboxes() {
    mkdir -p "$SANDBOXES"
    [[ -O $SANDBOXES ]] || die "$SANDBOXES belongs to somebody else. Set SEGUE_SANDBOX_DIR."
    SANDBOXES=$(readlink -f "$SANDBOXES")
}

check_name() {
    [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] || die "'$1' is no name for a server: use letters, digits, _ . and -."
    ((${#SANDBOXES} + ${#1} < 85)) || die "$SANDBOXES/$1 is too long for a socket path. Set SEGUE_SANDBOX_DIR."
}

# read_conf NAME KEY
read_conf() {
    local conf=$SANDBOXES/$1/server.conf
    [[ -r $conf ]] || return 1
    # shellcheck disable=SC1090
    (. "$conf" && printf '%s\n' "${!2:-}")
}

# is_process_of PID NAME: whether PID is (still) the mysqld of this folder. A process that has ended
# and is not yet reaped has no command line.
is_process_of() {
    [[ -n $1 && -r /proc/$1/cmdline ]] || return 1
    tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null | grep -Fqx -- "--datadir=$SANDBOXES/$2/data"
}

# Prints the process id of a running server; false when it does not run.
server_pid() {
    local pid
    pid=$(cat "$SANDBOXES/$1/pid" 2>/dev/null) || return 1
    is_process_of "$pid" "$1" || return 1
    printf '%s\n' "$pid"
}

# A server that runs, or the end of the script.
require_running() {
    server_pid "$1" >/dev/null || die "no server '$1' is running. See: ${0##*/} list"
}

# Runs a command while no other process starts or stops the server NAME.
with_server_lock() {
    local name=$1 file=$SANDBOXES/.$1.lock lock
    shift
    while true; do
        exec {lock}>"$file"
        flock --timeout 300 "$lock" || die "gave up waiting for another command on server '$name'."
        # Whoever held it may have removed it together with the server.
        [[ $file -ef /proc/$BASHPID/fd/$lock ]] && break
        exec {lock}>&-
    done
    "$@"
    exec {lock}>&-
}

# root_client NAME [ARGUMENT...]
root_client() {
    local name=$1
    shift
    env -u MYSQL_PWD MYSQL_TEST_LOGIN_FILE=/dev/null \
        "${MYSQL[@]}" --defaults-file="$SANDBOXES/$name/client.cnf" "$@"
}

random_number() {
    # FROM TO, both included
    echo $(($1 + (RANDOM * 32768 + RANDOM) % ($2 - $1 + 1)))
}

# A loopback port below the range that outgoing connections use, on which nobody answers. Somebody
# may still take it first: then mysqld says so and launch tries another one.
free_port() {
    local port attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        port=$(random_number 20000 32000)
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            printf '%s\n' "$port"
            return
        fi
    done
    die "found no free port on 127.0.0.1."
}

random_password() {
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# Some options hold for the whole life of a data directory, so such a server cannot use the template.
needs_own_data() {
    local option
    for option; do
        case ${option//_/-} in
        --lower-case-table-names* | --innodb-page-size* | --innodb-data-file-path*) return 0 ;;
        esac
    done
    return 1
}

make_data() {
    local folder=$1 template
    shift
    if needs_own_data "$@"; then
        say "Initialising a data directory with these options ..."
        initialise_data "$folder/data" "$folder/error.log" "$@"
        return
    fi
    template=$(data_template)
    # auto.cnf is not in the template: every server makes its own server_uuid.
    cp -a --reflink=auto "$template" "$folder/data"
}

# The accounts stay out of the binary log, so that a replica has no transaction of its own.
write_accounts() {
    local folder=$1 password=$2
    cat >"$folder/accounts.sql" <<EOF
SET sql_log_bin=0;
CREATE USER IF NOT EXISTS '$SANDBOX_USER'@'%' IDENTIFIED BY '$password';
GRANT ALL PRIVILEGES ON *.* TO '$SANDBOX_USER'@'%' WITH GRANT OPTION;
EOF
    printf '[client]\nuser=root\nsocket=%s\n' "$folder/mysqld.sock" >"$folder/client.cnf"
}

# server_options FOLDER PORT: all but the ones about MySQL's own files and the user's.
server_options() {
    local folder=$1 port=$2
    printf '%s\n' \
        --datadir="$folder/data" \
        --socket="$folder/mysqld.sock" \
        --pid-file="$folder/mysqld.pid" \
        --log-error="$folder/error.log" \
        --tmpdir="$folder/tmp" \
        --secure-file-priv="$folder/files" \
        --bind-address=127.0.0.1 \
        --port="$port" \
        --report-host=127.0.0.1 \
        --report-port="$port" \
        --skip-name-resolve \
        --loose-mysqlx=OFF \
        --server-id="$(random_number 1 4000000)" \
        --log-bin=binlog \
        --relay-log=relay \
        --loose-log-replica-updates=ON \
        --gtid-mode=ON \
        --enforce-gtid-consistency=ON \
        --innodb-buffer-pool-size=256M \
        --loose-innodb-redo-log-capacity=128M
}

# spawn NAME [OPTION...]: starts the command in the server's folder, for this once with these
# options too. The process outlives this shell and keeps nothing of it open: whoever waits for the
# end of our output must not wait for the server.
spawn() {
    local folder=$SANDBOXES/$1
    local descriptor
    local -a words
    shift
    mapfile -d '' -t words <"$folder/command"
    (
        cd /
        exec </dev/null >>"$folder/error.log" 2>&1
        for descriptor in /proc/"$BASHPID"/fd/*; do
            descriptor=${descriptor##*/}
            if ((descriptor > 2)); then
                eval "exec $descriptor>&-"
            fi
        done
        exec setsid "${words[@]}" "$@"
    ) &
    SPAWNED=$!
    disown
    printf '%s\n' "$SPAWNED" >"$folder/pid"
}

# Waits until the server answers; false when it ended or took too long.
wait_until_up() {
    local name=$1 deadline=$((SECONDS + START_SECONDS))
    while ((SECONDS < deadline)); do
        if [[ -S $SANDBOXES/$name/mysqld.sock ]] &&
            root_client "$name" --batch --execute='SELECT 1' >/dev/null 2>&1; then
            return
        fi
        kill -0 "$SPAWNED" 2>/dev/null || return 1
        sleep 0.05
    done
    say "The server did not answer within $START_SECONDS seconds."
    return 1
}

# launch NAME OPTION...: finds a port and brings the server up.
launch() {
    local name=$1 folder=$SANDBOXES/$1
    local attempt log_from port
    local -a own_options
    shift
    for ((attempt = 1; attempt <= PORT_ATTEMPTS; attempt++)); do
        port=$(free_port)
        mapfile -t own_options < <(server_options "$folder" "$port")
        # shellcheck disable=SC2153 # MYSQLD is mysqld.sh's
        printf '%s\0' "${MYSQLD[@]}" --no-defaults "${MYSQLD_OPTIONS[@]}" "${AS_ROOT[@]}" \
            "${own_options[@]}" "$@" >"$folder/command"
        log_from=$(wc -c <"$folder/error.log")
        spawn "$name" --init-file="$folder/accounts.sql"
        if wait_until_up "$name"; then
            return
        fi
        # The user may have asked for one certain port.
        [[ $* != *--port* ]] &&
            tail -c "+$((log_from + 1))" "$folder/error.log" | grep -q 'Bind on TCP/IP port' || return 1
        say "The port was taken meanwhile, trying another one."
    done
    return 1
}

# Writes what env prints. The server is asked, since the user's options may have changed a default.
write_conf() {
    local name=$1 password=$2 replica_of=$3
    local folder=$SANDBOXES/$name
    local port version socket
    IFS=$'\t' read -r port version socket < <(root_client "$name" --batch --skip-column-names \
        --execute='SELECT @@port, @@version, @@socket')
    printf '[client]\nhost=127.0.0.1\nport=%s\nuser=%s\npassword=%s\n' \
        "$port" "$SANDBOX_USER" "$password" >"$folder/segue.cnf"
    {
        printf 'SEGUE_HOST=127.0.0.1\n'
        printf 'SEGUE_PORT=%q\n' "$port"
        printf 'SEGUE_SOCKET=%q\n' "$socket"
        printf 'SEGUE_USER=%q\n' "$SANDBOX_USER"
        printf 'SEGUE_PASSWORD=%q\n' "$password"
        printf 'SEGUE_DATADIR=%q\n' "$folder/data"
        printf 'SEGUE_PID=%q\n' "$SPAWNED"
        printf 'SEGUE_VERSION=%q\n' "$version"
        printf 'SEGUE_REPLICA_OF=%s\n' "$replica_of"
        printf 'SEGUE_DEFAULTS_FILE=%q\n' "$folder/segue.cnf"
    } >"$folder/server.conf"
    # For `client`, which then need not search for MySQL again.
    printf '%s\0' "${MYSQL[@]}" >"$folder/client"
    if "${MYSQL[@]}" --no-defaults --help 2>/dev/null | grep -e '--commands' >/dev/null; then
        # Since 9.x, without it, the client runs no DELIMITER and \G in scripts.
        printf 'commands\n' >>"$folder/client.cnf"
    fi
}

# Ends a start that failed or was interrupted: shows why, keeps the log, leaves nothing else.
abandon_start() {
    local name=$1 folder=$SANDBOXES/$1
    trap - EXIT INT TERM
    say "The server '$name' did not start."
    if [[ -s $folder/error.log ]]; then
        say "The end of its error log, of which all is in $SANDBOXES/$name.error.log:"
        tail -n 20 "$folder/error.log" >&2
        mv "$folder/error.log" "$SANDBOXES/$name.error.log"
    fi
    end_process "$name" KILL
    wait_until_down "$name" 10 || true
    rm -rf "$folder" "$SANDBOXES/.$name.lock"
    exit 1
}

# start_server NAME REPLICA_OF OPTION...
start_server() {
    local name=$1 replica_of=$2
    local folder=$SANDBOXES/$name
    local password pid
    local -a inherited
    shift 2
    if pid=$(server_pid "$name"); then
        die "server '$name' is running already (process $pid). Stop it first: ${0##*/} stop $name"
    fi
    if [[ -e $folder ]]; then
        [[ -e $folder/.segue-sandbox ]] || die "$folder is no server's folder. Use another name."
        say "Removing what a server '$name' that no longer runs left behind."
        rm -rf "$folder"
    fi
    rm -f "$SANDBOXES/$name.error.log"
    mkdir "$folder"
    : >"$folder/.segue-sandbox"
    : >"$folder/error.log"
    # shellcheck disable=SC2064 # the name as it is now
    trap "abandon_start '$name'" EXIT
    # Bash lets a running command finish first, so nothing writes to the folder any more.
    trap 'exit 130' INT
    trap 'exit 143' TERM
    make_data "$folder" "$@"
    mkdir "$folder/tmp" "$folder/files"
    password=$(random_password)
    write_accounts "$folder" "$password"
    if [[ -n $replica_of ]]; then
        mapfile -t inherited < <(replica_options "$replica_of")
        set -- "${inherited[@]}" "$@"
    fi
    launch "$name" "$@" || exit 1
    write_conf "$name" "$password" "$replica_of"
    if [[ -n $replica_of ]]; then
        follow "$name" "$replica_of" || exit 1
    fi
    rm "$folder/accounts.sql"
    trap - EXIT INT TERM
}

kill_server() {
    end_process "$1" KILL
    wait_until_down "$1" 10 || die "server '$1' cannot be killed."
}

# Brings a server that was killed back with its data, port and options.
resume_server() {
    local name=$1 folder=$SANDBOXES/$1
    [[ -r $folder/server.conf ]] || die "there is no server '$name'. See: ${0##*/} list"
    server_pid "$name" >/dev/null && die "server '$name' is running."
    mapfile -d '' -t MYSQL <"$folder/client"
    rm -f "$folder"/mysqld.sock{,.lock}
    spawn "$name"
    wait_until_up "$name" || {
        tail -n 20 "$folder/error.log" >&2
        die "server '$name' did not come back (the end of its error log is above)."
    }
    sed -i "s/^SEGUE_PID=.*/SEGUE_PID=$SPAWNED/" "$folder/server.conf"
}

# end_process NAME SIGNAL: sends the signal to the server's process, if it is ours.
end_process() {
    local pid
    pid=$(server_pid "$1") || return 0
    kill "-$2" "$pid" 2>/dev/null || true
}

wait_until_down() {
    local name=$1 deadline=$((SECONDS + $2))
    while server_pid "$name" >/dev/null; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

remove_server() {
    local name=$1
    end_process "$name" TERM
    if ! wait_until_down "$name" "$STOP_SECONDS"; then
        say "Server '$name' did not stop within $STOP_SECONDS seconds, killing it."
        end_process "$name" KILL
        wait_until_down "$name" 10 || die "server '$name' cannot be killed."
    fi
    rm -rf "${SANDBOXES:?}/${name:?}" "$SANDBOXES/$name.error.log" "$SANDBOXES/.$name.lock"
    say "Server '$name' is stopped and removed."
}

# The names of all servers that have a folder. Other folders are somebody else's.
server_names() {
    local folder
    for folder in "$SANDBOXES"/*/; do
        if [[ -e $folder/.segue-sandbox ]]; then
            basename "$folder"
        fi
    done
}
