# Sourced by ./run and ./check: installs what is missing, and finds the Python that has what is asked for.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 2; }

[ "$(uname -s)" = Linux ] || die "concur measures Linux (epoll, fork, futexes, /proc): this is $(uname -s)"

# need <package> <why> <command that succeeds where it is there already> ...: notes it where it is not there.
missing=()
need() {
    local package=$1 why=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        say "missing: $package ($why)"
        missing+=("$package")
    fi
}

# has_package <name>: as Debian's package manager sees it; elsewhere nobody can tell, and CMake will say.
has_package() {
    ! command -v dpkg-query >/dev/null || [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_python <why> <module> ...: one python3 of this machine that can import all of these, not necessarily the first
# on PATH. Where none can, Debian's own gets what it lacks: that some other one has a part of them helps nobody.
need_python() {
    local why=$1 module
    shift
    ! { command -v python3 && python3 plot/interpreter.py "$@"; } >/dev/null 2>&1 || return 0
    for module in "$@"; do
        need "python3-$module" "$why" /usr/bin/python3 -c "import $module"
    done
}

install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    local apt=(apt-get install -y --no-install-recommends "${missing[@]}")
    command -v apt-get >/dev/null ||
        die "install these first (their names are Debian's), then call again: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || die "not root, and sudo asks for a password; call again after: sudo ${apt[*]}"
        as_root=(sudo)
    fi
    say "installing with apt: ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${apt[@]}"; } >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        die "apt could not install them (all it said: $log)"
    fi
    rm -f "$log"
    missing=()
}

need_to_build() {
    need g++ "the compiler" command -v g++
    need cmake "builds everything" command -v cmake
    need make "builds everything" command -v make
    need libbenchmark-dev "Google Benchmark times every case" has_package libbenchmark-dev
    need nlohmann-json3-dev "results are JSON" has_package nlohmann-json3-dev
    need libcli11-dev "command lines" has_package libcli11-dev
    # CMake leaves out the models of a library that cannot be had.
    need liburing-dev "models are made of it" has_package liburing-dev
    need libboost-context-dev "models are made of it" has_package libboost-context-dev
    need libboost-fiber-dev "models are made of it" has_package libboost-fiber-dev
    need libasio-dev "models are made of it" has_package libasio-dev
    need libuv1-dev "models are made of it" has_package libuv1-dev
    need libevent-dev "models are made of it" has_package libevent-dev
    need libev-dev "models are made of it" has_package libev-dev
    need libtbb-dev "models are made of it" has_package libtbb-dev
}
need_to_plot() {
    need python3 "charts" command -v python3
    need_python "charts, intervals and slopes" matplotlib numpy scipy
}

# quietly <what> <command> ...: shows what the command printed only where it fails.
quietly() {
    local what=$1 log
    shift
    say "$what"
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "failed: $*"
    fi
    rm -f "$log"
}

jobs=$(nproc)
