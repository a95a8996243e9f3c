# shellcheck shell=bash
# What a build needs on Debian and Ubuntu, and how to build. To be sourced.
#
# Needs say.sh.

readonly SEGUE_BUILD_PACKAGES=(
    ccache cmake g++ ninja-build pkg-config
    libboost-dev libcli11-dev libfmt-dev libgmock-dev libgtest-dev libmysqlcppconn-dev libspdlog-dev
    libssl-dev libzstd-dev nlohmann-json3-dev zlib1g-dev
)

# segue_install_packages [PACKAGE...]: those that a build needs, unless some are named. Installs what is
# missing; without network or root when nothing is.
segue_install_packages() {
    local package
    local -a wanted=("${SEGUE_BUILD_PACKAGES[@]}") missing=() as_root=()
    (($# == 0)) || wanted=("$@")
    if ! type -P dpkg-query apt-get >/dev/null; then
        say "This is no Debian or Ubuntu. A build needs what these packages hold: ${wanted[*]}"
        return
    fi
    for package in "${wanted[@]}"; do
        # shellcheck disable=SC2016 # dpkg-query fills it in
        [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    if ((EUID != 0)); then
        type -P sudo >/dev/null ||
            die "packages are missing. As root: apt-get update && apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing the packages that are missing: ${missing[*]}"
    "${as_root[@]}" apt-get update --quiet=2 >&2 || say "(apt could not refresh every package list, trying anyway)"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes \
        --no-install-recommends "${missing[@]}" >&2 ||
        die "could not install them. As root: apt-get install ${missing[*]}"
}

# segue_build PRESET [TARGET...]: builds all targets, unless some are named.
segue_build() {
    local preset=$1 root log began=$SECONDS
    local -a targets=()
    shift
    (($# == 0)) || targets=(--target "$@")
    root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
    mkdir -p "$root/build"
    log=$root/build/$preset.log
    say "Building with preset $preset (the first time takes minutes) ..."
    # Folders of builds, and clones, come and go; what was compiled once is kept.
    export CMAKE_CXX_COMPILER_LAUNCHER CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
    CMAKE_CXX_COMPILER_LAUNCHER=$(type -P ccache || true)
    # cmake finds its presets in the current directory.
    if ! (cd "$root" && cmake --preset "$preset" && cmake --build --preset "$preset" "${targets[@]}") >"$log" 2>&1; then
        # A compiler's first error is the one that counts.
        if ! grep --max-count=20 --after-context=4 -E 'error:|CMake Error|undefined reference' "$log" >&2; then
            tail -n 30 "$log" >&2
        fi
        die "the build failed. All of its output: $log"
    fi
    say "Built $preset in $((SECONDS - began)) seconds."
}
