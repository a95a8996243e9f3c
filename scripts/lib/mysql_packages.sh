# shellcheck shell=bash
# Downloads a MySQL server from a package archive and unpacks it into a folder, with every library
# it needs down to the C library. Nothing is installed: apt works on a private state directory that
# knows no installed package, and dpkg only unpacks.
#
# Needs say.sh. Callers hold the cache lock (see mysqld.sh).

# The pool keeps 8.0 after the suites dropped it, so apt's index does not vouch for these two files.
readonly MYSQL_80_VERSION=8.0.45-1
declare -rA MYSQL_80_SHA256=(
    [mysql-server-core-8.0_amd64]=0d6227408f63c01dadce99c1639f2427cc88495a0b3ed3292a85d9c2aa64e1fd
    [mysql-client-core-8.0_amd64]=cbb6881d471c60bcb3f6ac2fd2b8e982c11836a0ce98469aef89b49d9a346aea
)

# unpack_mysql_packages SOURCE FOLDER: SOURCE is what package_sources chose. FOLDER appears only when
# it is complete.
unpack_mysql_packages() {
    local source=$1 folder=$2
    local work
    type -P apt-get dpkg-deb >/dev/null ||
        not_to_be_had "found no MySQL server, and no apt-get and dpkg-deb to download one with." \
            "Set SEGUE_MYSQL_BASEDIR to a MySQL folder that holds bin/mysqld."
    work=$(mktemp -d "$folder.tmp.XXXXXX")
    # A job of its own, so that leaving it for any reason, die() included, tidies up.
    (
        trap 'rm -rf "$work"' EXIT
        make_apt_state "$work/apt" "$source"
        download_mysql "$work/apt" "$source"
        unpack_archives "$work/apt/cache/archives" "$work/root"
        : >"$work/root/.complete"
        rm -rf "$folder"
        mv "$work/root" "$folder"
    )
}

# Prints the address of the Debian archive that this machine uses already; false when there is none.
# shellcheck disable=SC2016 # apt fills the format in
debian_mirror() {
    local uri component chosen=
    if [[ -n ${SEGUE_DEBIAN_MIRROR:-} ]]; then
        printf '%s\n' "${SEGUE_DEBIAN_MIRROR%/}"
        return
    fi
    # apt itself reads its one-line and deb822 lists here.
    while read -r component uri; do
        uri=${uri%/}
        # Others name a folder of theirs debian too, so an archive with nothing before it goes first.
        if [[ $component != main ]]; then
            continue
        elif [[ $uri =~ ^[a-z+]+://[^/]+/debian$ || $uri == */debian.list ]]; then
            chosen=$uri
            break
        elif [[ $uri == */debian ]]; then
            chosen=${chosen:-$uri}
        fi
    done < <(apt-get indextargets --no-release-info --format '$(COMPONENT) $(REPO_URI)' \
        'Created-By: Packages' 2>/dev/null)
    [[ -n $chosen ]] || return 1
    printf '%s\n' "$chosen"
}

# make_apt_state FOLDER SOURCE: a private apt. Of the machine's own settings only the ones about
# reaching an archive (proxies, retries, one frozen at a date) are taken over and, for SOURCE
# "distribution", its package sources.
make_apt_state() {
    local state=$1 source=$2
    local mirror keyring options=
    mkdir -p "$state"/{lists,cache/archives}/partial "$state/sources"
    : >"$state/status"
    {
        apt-config dump 2>/dev/null | grep -E '^Acquire::(http|https|Retries|Force|Check-|Max-Valid|Min-Valid|By-Hash|PDiffs)' || true
        cat <<EOF
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state/cache";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
EOF
    } >"$state/apt.conf"
    if [[ $source == distribution ]]; then
        return
    fi

    mirror=$(debian_mirror)
    for keyring in "${SEGUE_DEBIAN_KEYRING:-}" /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
        if [[ -r $keyring ]]; then
            options="[signed-by=$keyring] "
            break
        fi
    done
    printf 'deb %s%s unstable main\n' "$options" "$mirror" >"$state/sources.list"
    if [[ $source == debian-8.0 ]]; then
        # The suite that still has the ICU library 8.0 was linked with.
        printf 'deb %s%s trixie main\n' "$options" "$mirror" >>"$state/sources.list"
    fi
    cat >>"$state/apt.conf" <<EOF
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "$state/sources";
EOF
}

# quietly LOG COMMAND...: shows the command's output only when it fails.
quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null || {
        tail -n 15 "$log" >&2
        return 1
    }
}

download_mysql() {
    local state=$1 source=$2
    local -a packages
    export APT_CONFIG=$state/apt.conf
    say "Reading the package index (once) ..."
    # One broken third-party source must not matter; what is missing shows at the download.
    quietly "$state/update.log" apt-get update ||
        [[ $source == distribution ]] || not_to_be_had "could not read the package index (messages above)."
    case $source in
    distribution)
        mapfile -t packages < <(distribution_packages)
        ((${#packages[@]})) || not_to_be_had "found no MySQL server to run, and this machine's package" \
            "sources have no mysql-server-core. Install MySQL 8.0.19 or newer, or set SEGUE_MYSQL_BASEDIR" \
            "(a MySQL folder) or SEGUE_DEBIAN_MIRROR (the address of a Debian mirror)."
        say "Downloading ${packages[*]} of this distribution (once) ..."
        ;;
    debian)
        packages=(mysql-server-core mysql-client-core)
        say "Downloading the newest MySQL packages (once, about 65 MB) ..."
        ;;
    debian-8.0)
        download_mysql_80 "$state"
        packages=("$state"/mysql-*-core-8.0_*.deb)
        say "Downloading the libraries of MySQL 8.0 (once, about 40 MB) ..."
        ;;
    esac
    quietly "$state/download.log" apt-get install --yes --download-only "${packages[@]}" ||
        not_to_be_had "could not download ${packages[*]} (messages above)."
    if [[ $source == debian-8.0 ]]; then
        mv "${packages[@]}" "$state/cache/archives/"
    fi
}

# The newest server package that this distribution's archive offers, with its client.
distribution_packages() {
    local suffix
    for suffix in "" -9.7 -8.4 -8.0; do
        if apt-cache show "mysql-server-core$suffix" >/dev/null 2>&1; then
            printf '%s\n' "mysql-server-core$suffix" "mysql-client-core$suffix"
            return
        fi
    done
}

download_mysql_80() {
    local state=$1
    local architecture mirror name sha256
    architecture=$(dpkg --print-architecture)
    mirror=$(APT_CONFIG='' debian_mirror)
    if [[ $mirror == mirror+file:* ]]; then
        mirror=$(awk '/^[a-z]+:/ { print $1; exit }' "${mirror#mirror+file:}")
    fi
    say "Downloading MySQL $MYSQL_80_VERSION (once, about 26 MB) ..."
    for name in mysql-server-core-8.0 mysql-client-core-8.0; do
        sha256=${MYSQL_80_SHA256[${name}_$architecture]:-}
        [[ -n $sha256 ]] || not_to_be_had "MySQL 8.0 packages are known here for amd64 only, not $architecture."
        quietly "$state/$name.log" /usr/lib/apt/apt-helper download-file \
            "${mirror%/}/pool/main/m/mysql-8.0/${name}_${MYSQL_80_VERSION}_$architecture.deb" \
            "$state/${name}_$architecture.deb" "SHA256:$sha256" ||
            not_to_be_had "could not download $name (messages above)."
    done
}

unpack_archives() {
    local archives=$1 root=$2
    local archive
    say "Unpacking ..."
    mkdir -p "$root"
    for archive in "$archives"/*.deb; do
        case ${archive##*/} in
        # Only scripts that nobody calls here need Perl.
        perl* | libperl*) continue ;;
        esac
        dpkg-deb -x "$archive" "$root"
    done
}
