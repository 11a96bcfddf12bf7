# shellcheck shell=bash
# Shared by the scripts; sourced, never run. Sets `repository`, the repository's top directory, and defines how scripts talk.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export repository

# What the scripts fetch or build once is kept here; removing the directory is always safe.
cache=$repository/.cache
export cache

# say TEXT…: one line about what happens now, on standard error, so that a script's standard output stays its result.
say() { printf '%s\n' "$*" >&2; }

# die TEXT…: says what is wrong and ends the script.
die() {
    printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# quietly TITLE COMMAND…: runs a command whose output is shown only when it fails: its last lines.
quietly() {
    local title=$1 log status=0
    shift
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$log" >&2
        rm -f "$log"
        die "$title failed with status $status: $*"
    fi
    rm -f "$log"
}
