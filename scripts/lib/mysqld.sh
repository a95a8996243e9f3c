# shellcheck shell=bash
# Finds a MySQL server program, or gets one, and prepares what every start needs of it.
#
# find_mysqld sets:
#   MYSQLD           command that runs mysqld (array; with a loader where the folder has its own)
#   MYSQLD_OPTIONS   where this mysqld finds its own files (array)
#   MYSQLD_VERSION   as it says itself, 9.7.4-2
#   MYSQL            command that runs the mysql client (array)
#
# Needs say.sh and mysql_packages.sh.

readonly OLDEST_MYSQLD=8.0.19
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/segue

# find_mysqld WANTED: WANTED is a version prefix (8.0, 9.7) or empty for any.
find_mysqld() {
    local wanted=$1 program
    if [[ -n ${SEGUE_MYSQL_BASEDIR:-} ]]; then
        use_folder "$SEGUE_MYSQL_BASEDIR" ||
            die "SEGUE_MYSQL_BASEDIR=$SEGUE_MYSQL_BASEDIR holds no working bin/mysqld or usr/sbin/mysqld."
        is_wanted "$wanted" ||
            not_to_be_had "SEGUE_MYSQL_BASEDIR holds MySQL $MYSQLD_VERSION, but $wanted was asked for."
        return
    fi
    for program in "$(type -P mysqld || true)" /usr/sbin/mysqld /usr/libexec/mysqld /usr/local/mysql/bin/mysqld; do
        if use_installed "$program" && is_wanted "$wanted"; then
            return
        fi
    done
    use_packages "$wanted"
}

is_wanted() {
    [[ -z $1 || $MYSQLD_VERSION == "$1" || $MYSQLD_VERSION == "$1"[.-]* ]]
}

# version_at_least VERSION OLDEST
version_at_least() {
    [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | sed -n 1p) == "$2" ]]
}

# Asks MYSQLD for its version; false when it does not run, is MariaDB or is too old.
read_version() {
    local text
    text=$("${MYSQLD[@]}" --no-defaults --version 2>/dev/null) || return 1
    [[ $text != *MariaDB* && $text =~ Ver\ ([0-9]+\.[0-9.]+[^ ]*) ]] || return 1
    MYSQLD_VERSION=${BASH_REMATCH[1]}
    version_at_least "$MYSQLD_VERSION" "$OLDEST_MYSQLD"
}

use_installed() {
    local program=$1 base client copy
    [[ -n $program && -x $program ]] || return 1
    program=$(readlink -f "$program")
    base=${program%/*/*}
    MYSQLD=("$program")
    read_version || return 1
    MYSQLD_OPTIONS=(--basedir="${base:-/}")
    if [[ -x ${base}/bin/mysql ]]; then
        MYSQL=("$base/bin/mysql")
    else
        client=$(type -P mysql) || return 1
        MYSQL=("$client")
    fi
    if [[ -e /etc/apparmor.d/${program//\//.} || -e /etc/apparmor.d/usr.sbin.mysqld ]]; then
        # The profile is bound to the path and allows the system's data directory only.
        copy=$CACHE/installed-$MYSQLD_VERSION/mysqld
        mkdir -p "${copy%/*}"
        [[ -x $copy ]] || { cp "$program" "$copy.$$" && mv "$copy.$$" "$copy"; }
        MYSQLD=("$copy")
    fi
}

# first_existing PATH...
first_existing() {
    local path
    for path; do
        if [[ -e $path ]]; then
            printf '%s\n' "$path"
            return
        fi
    done
    return 1
}

# A folder with bin/mysqld, or the root of an unpacked system with usr/sbin/mysqld and, if it has
# one, its own loader and libraries.
use_folder() {
    local folder prefix loader share plugins
    local -a run=()
    folder=$(readlink -f "$1") || return 1
    if [[ -x $folder/bin/mysqld ]]; then
        prefix=$folder
        MYSQLD=("$folder/bin/mysqld")
    elif [[ -x $folder/usr/sbin/mysqld ]]; then
        prefix=$folder/usr
        MYSQLD=("$folder/usr/sbin/mysqld")
        if loader=$(first_existing "$folder"/{usr/lib64,lib64,usr/lib,lib}/ld-linux-{x86-64.so.2,aarch64.so.1} \
            "$folder"/{usr/lib,lib}/*-linux-gnu/ld-linux-{x86-64.so.2,aarch64.so.1}); then
            run=("$loader" --library-path "$(library_path "$folder")")
        fi
    else
        return 1
    fi
    # shellcheck disable=SC2034 # for server.sh
    MYSQL=("${run[@]}" "$prefix/bin/mysql")
    MYSQLD=("${run[@]}" "${MYSQLD[@]}")
    MYSQLD_OPTIONS=(--basedir="$prefix")
    if share=$(first_existing "$prefix"/share/{mysql,mysql-8.0,mysql-8.4,.}/charsets); then
        MYSQLD_OPTIONS+=(--lc-messages-dir="${share%/charsets}" --character-sets-dir="$share")
    fi
    if plugins=$(first_existing "$prefix"/{lib/mysql,lib64/mysql,lib}/plugin); then
        MYSQLD_OPTIONS+=(--plugin-dir="$plugins")
    fi
    read_version
}

library_path() {
    local folder path=
    for folder in "$1"/{usr/lib,lib}/*-linux-gnu "$1"/{usr/lib,lib,usr/lib64,lib64}; do
        if [[ -d $folder ]]; then
            path+=${path:+:}$folder
        fi
    done
    printf '%s\n' "$path"
}

# Where packages come from, best first. Debian's stable suites have no MySQL; the others' do.
package_sources() {
    case $1 in
    8.0 | 8.0.*) echo debian-8.0 distribution ;;
    *) echo debian distribution ;;
    esac
}

package_folder() {
    printf '%s\n' "$CACHE/mysql-$1-$(uname -m)"
}

# What was unpacked once is used again: to ask apt where archives are takes a second of each start.
choose_source() {
    local source
    for source in $(package_sources "$1"); do
        if [[ -e $(package_folder "$source")/.complete ]]; then
            printf '%s\n' "$source"
            return
        fi
    done
    for source in $(package_sources "$1"); do
        if [[ $source != debian* || -n $(debian_mirror) ]]; then
            printf '%s\n' "$source"
            return
        fi
    done
}

use_packages() {
    local wanted=$1 source folder
    source=$(choose_source "$wanted")
    folder=$(package_folder "$source")
    if [[ ! -e $folder/.complete ]]; then
        with_cache_lock fetch_packages "$source" "$folder"
    fi
    use_folder "$folder" || die "mysqld in $folder does not run. Remove that folder to download it again."
    is_wanted "$wanted" ||
        not_to_be_had "the archive has MySQL $MYSQLD_VERSION, not $wanted. Set SEGUE_MYSQL_BASEDIR to a folder with $wanted."
}

fetch_packages() {
    local source=$1 folder=$2
    # Another process may have finished while this one waited for the lock.
    [[ -e $folder/.complete ]] && return
    rm -rf "$folder".tmp.*
    unpack_mysql_packages "$source" "$folder"
    say "MySQL is unpacked in $folder."
}

with_cache_lock() {
    local lock
    mkdir -p "$CACHE"
    exec {lock}>"$CACHE/lock"
    if ! flock --nonblock "$lock"; then
        say "Waiting for another sandbox that is preparing MySQL ..."
        flock --timeout 900 "$lock" || die "gave up waiting for $CACHE/lock."
    fi
    "$@"
    exec {lock}>&-
}

# Prints the folder of an empty, initialised data directory of MYSQLD, made on first use.
data_template() {
    local id template
    id=$(printf '%s\n' "${MYSQLD[@]}" | cksum)
    template=$CACHE/data-$MYSQLD_VERSION-${id%% *}
    if [[ ! -e $template/.complete ]]; then
        with_cache_lock make_data_template "$template"
    fi
    printf '%s\n' "$template/data"
}

make_data_template() {
    local template=$1
    [[ -e $template/.complete ]] && return
    say "Initialising a data directory for MySQL $MYSQLD_VERSION (once) ..."
    rm -rf "$template"
    mkdir -p "$template"
    initialise_data "$template/data" "$template/error.log"
    rm -f "$template/data/auto.cnf"
    : >"$template/.complete"
}

# initialise_data FOLDER ERROR_LOG [OPTION...]
initialise_data() {
    local folder=$1 log=$2
    shift 2
    "${MYSQLD[@]}" --no-defaults "${MYSQLD_OPTIONS[@]}" "${AS_ROOT[@]}" --initialize-insecure --skip-log-bin \
        --loose-innodb-redo-log-capacity=8M --datadir="$folder" --log-error="$log" "$@" </dev/null >>"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        die "mysqld could not initialise a data directory (messages above)."
    }
}

# mysqld refuses to run as root unless told.
AS_ROOT=()
if ((EUID == 0)); then
    AS_ROOT=(--user=root)
fi
