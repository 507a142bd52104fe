# ./run and ./check source this file. It installs missing packages.
# shellcheck shell=bash

# A standard descriptor that the caller has closed would become the next file or pipe.
true 3>&2 || exec 2>/dev/null
{ true 3<&0; } 2>/dev/null || exec </dev/null
{ true 3>&1; } 2>/dev/null || exec >/dev/null

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 2; }

[ "$(uname -s)" = Linux ] || die "concur measures Linux (epoll, fork, futexes, /proc); this is $(uname -s)"

# attend <command> ...: runs a command in a process group of its own, so that TERM, INT and HUP to this script alone reach
# the command and its children too; then the script ends when they have, with exit code 128 + n. Without this, bash would
# end before a command that it waits for, or only after it.
attended=
attend() {
    local status=0
    set -m
    "$@" </dev/null &
    attended=$!
    set +m
    # A signal that has a trap interrupts wait; so does Ctrl-Z.
    while :; do
        status=0
        wait "$attended" || status=$?
        [ "$status" -gt 128 ] && kill -0 "$attended" 2>/dev/null || break
    done
    attended=
    return "$status"
}
stop() {
    trap '' TERM INT HUP
    local child
    # Not $attended: the signal may have come before that was set.
    for child in $(jobs -p); do
        # A child may ignore INT, as a terminal sends it to all. At TERM all of them end in order.
        kill -s TERM -- "-$child" 2>/dev/null || true
        kill -s CONT -- "-$child" 2>/dev/null || true
        wait "$child" || true
    done
    # That of the function which was interrupted.
    [ -z "${log-}" ] || rm -f "$log"
    exit "$((128 + $1))"
}
trap 'stop 15' TERM
trap 'stop 2' INT
trap 'stop 1' HUP
# Ctrl-Z stops the command too, and this script; fg goes on with both.
trap '[ -z "$attended" ] || kill -s STOP -- "-$attended"; kill -s STOP $$; [ -z "$attended" ] || kill -s CONT -- "-$attended"' TSTP

# need <package> <why> <command> ...: notes the package as missing if the command fails.
missing=()
need() {
    local package=$1 why=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        say "missing: $package ($why)"
        missing+=("$package")
    fi
}

# need_version <package> <why> <least version> <command>: notes the package as missing if the command is not there; ends
# this program if the command says that it is older, because no package manager can help then.
need_version() {
    local package=$1 why=$2 least=$3 command=$4 version
    need "$package" "$why" command -v "$command"
    command -v "$command" >/dev/null || return 0
    version=$("$command" --version 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)
    [ "$(printf '%s\n' "$least" "$version" | sort -V | head -n 1)" = "$least" ] ||
        die "$command is version $version, but concur needs $least or newer ($why)"
}

# has_package <name>: asks Debian's package manager. On other systems it succeeds, and CMake finds missing libraries.
has_package() {
    ! command -v dpkg-query >/dev/null || [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_python <why> <module> ...: succeeds if one python3 of this machine can import all modules; plot/interpreter.py looks
# for it. If none can, notes the modules that Debian's own python3 lacks.
need_python() {
    local why=$1 module
    shift
    ! { command -v python3 && python3 plot/interpreter.py "$@"; } >/dev/null 2>&1 || return 0
    for module in "$@"; do
        need "python3-$module" "$why" /usr/bin/python3 -c "import $module"
    done
}

# want_python <why> <module> ...: like need_python, for what can be done without: nothing fails if it cannot be installed.
wanted=()
want_python() {
    local before=("${missing[@]}")
    need_python "$@"
    wanted+=("${missing[@]:${#before[@]}}")
    missing=("${before[@]}")
}

# Without apt-get update, so that a machine without a network does not wait for it at each start.
install_wanted() {
    [ ${#wanted[@]} -gt 0 ] && command -v apt-get >/dev/null || return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 0
        as_root=(sudo)
    fi
    say "installing with apt: ${wanted[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${wanted[@]}" \
        >/dev/null 2>&1 || say "apt could not install them"
}

install_missing() {
    if [ ${#missing[@]} -eq 0 ]; then
        install_wanted
        return 0
    fi
    local apt=(apt-get install -y --no-install-recommends "${missing[@]}" "${wanted[@]}")
    command -v apt-get >/dev/null ||
        die "no apt-get here; install these packages (with Debian's names), then call again: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "only root can install packages, and there is no sudo; call as root: ${apt[*]}"
        sudo -n true 2>/dev/null || die "cannot install without a password for sudo; call again after: sudo ${apt[*]}"
        as_root=(sudo)
    fi
    say "installing with apt: ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${apt[@]}"; } >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        die "apt could not install them (its output: $log)"
    fi
    rm -f "$log"
    missing=()
}

need_to_build() {
    need_version g++ "the compiler" 12 g++
    need_version cmake "the build" 3.25 cmake
    need make "the build" command -v make
    need libbenchmark-dev "Google Benchmark times every case" has_package libbenchmark-dev
    need nlohmann-json3-dev "results are JSON" has_package nlohmann-json3-dev
    need libcli11-dev "command lines" has_package libcli11-dev
    need libhwloc-dev "the CPUs of model and peer" has_package libhwloc-dev
    # If one of these cannot be installed, CMake leaves its models out.
    need liburing-dev "some models use it" has_package liburing-dev
    need libboost-context-dev "some models use it" has_package libboost-context-dev
    need libboost-fiber-dev "some models use it" has_package libboost-fiber-dev
    need libasio-dev "some models use it" has_package libasio-dev
    need libuv1-dev "some models use it" has_package libuv1-dev
    need libevent-dev "some models use it" has_package libevent-dev
    need libev-dev "some models use it" has_package libev-dev
    need libtbb-dev "some models use it" has_package libtbb-dev
}
need_to_plot() {
    need python3 "charts" command -v python3
    need_python "charts, intervals and slopes" matplotlib numpy scipy
    want_python "the report" numpy scipy jinja2
}
need_browser() {
    need chromium "the tests of the report open it in a browser" command -v chromium
    need chromium-driver "it drives the browser" command -v chromedriver
    need_python "tests of the report" numpy scipy pytest jinja2 selenium
}
# Why the report cannot be tested in a browser here; empty if it can.
no_browser_because() {
    local chromium
    chromium=$(readlink -f "$(command -v chromium || echo /none)")
    case $chromium in
        */snap | /snap/*) echo "this chromium is a snap, which cannot be driven and sees no files of tests" ;;
        /none) ! grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null || echo "the chromium of Ubuntu is a snap, which cannot be driven" ;;
    esac
}

# quietly <what> <command> ...: shows the command's output only if it fails.
quietly() {
    local what=$1 log
    shift
    say "$what"
    log=$(mktemp)
    if ! attend "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "failed: $*"
    fi
    rm -f "$log"
}

# configure <preset> [<option> ...]: the folder of a build that was made in another place, or by another generator, cannot
# be used again: it is configured from the start.
configure() {
    local preset=$1 cache=build/$1/CMakeCache.txt fresh=()
    shift
    if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then
        say "build/$preset was made in another folder: building it again"
        fresh=(--fresh)
    fi
    quietly "configuring build/$preset" cmake --preset "$preset" "${fresh[@]}" "$@"
}

# tracked <pattern> ...: the files of this source tree that match, one a line; without a repository (an archive that was
# unpacked) all such files outside of build/ and results/local/. A pattern that matches nothing is an error: a check that
# looked at nothing would say that all is well.
tracked() {
    local pattern found
    for pattern in "$@"; do
        if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$PWD" ]; then
            found=$(git ls-files -- "$pattern")
        else
            found=$(find . -path ./build -prune -o -path ./results/local -prune -o -type f -path "./$pattern" -print |
                sed 's,^\./,,' | sort)
        fi
        [ -n "$found" ] || die "no file matches $pattern: this is not a whole source tree"
        printf '%s\n' "$found"
    done
}

jobs=$(nproc)
