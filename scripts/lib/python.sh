# shellcheck shell=bash
# Python for the scripts: a virtual environment with the pinned packages of scripts/localcloud/requirements.txt, and the
# Lambda Runtime Interface Emulator. Meant to be sourced; needs `repository` to be the repository's root.
#
#   ensure_python   sets `python`, the interpreter of .cache/venv; installs what is missing
#   ensure_rie      sets `rie`, the path of the emulator for this machine's architecture; fetches it when missing
#
# Both return at once when everything is there, and are safe to run from several scripts at the same time.

rie_wheel_version=1.170.0

# shellcheck disable=SC2154 # set by common.sh, or by whoever sources this
python_requirements="$repository/scripts/localcloud/requirements.txt"

python_failed() {
    echo "python.sh: $*" >&2
    return 1
}

# The first interpreter that is new enough (3.10) and can make virtual environments; installs Debian's when there is none.
find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

install_debian_python() {
    command -v apt-get >/dev/null || python_failed "Python 3.11 or newer with venv is needed" || return
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || python_failed "install python3 and python3-venv first (no sudo here)" || return
        as_root=(sudo)
    fi
    echo "Installing python3-venv from Debian" >&2
    "${as_root[@]}" apt-get update -qq >&2 &&
        DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq python3 python3-venv >&2
}

ensure_python() {
    local venv="$repository/.cache/venv" wanted
    wanted=$(sha256sum "$python_requirements" | cut -c1-16)
    python="$venv/bin/python"
    [ -e "$venv/.complete-$wanted" ] && [ -x "$python" ] && return
    mkdir -p "$repository/.cache"
    (
        flock 9
        [ -e "$venv/.complete-$wanted" ] && [ -x "$python" ] && exit
        base=$(find_python) || { install_debian_python && base=$(find_python); } || exit
        echo "Installing Python packages into .cache/venv" >&2
        rm -rf "$venv"
        "$base" -m venv "$venv" && "$python" -m pip install --quiet --disable-pip-version-check \
            --requirement "$python_requirements" >&2 && touch "$venv/.complete-$wanted"
    ) 9>"$repository/.cache/python.lock" || python_failed "could not set up .cache/venv"
}

ensure_rie() {
    local directory="$repository/.cache/rie-$rie_wheel_version" machine
    machine=$(uname -m)
    case "$machine" in
        aarch64 | arm64) machine=arm64 ;;
        x86_64 | amd64) machine=x86_64 ;;
        *) python_failed "the Runtime Interface Emulator does not exist for $machine" || return ;;
    esac
    rie="$directory/aws-lambda-rie-$machine"
    [ -x "$rie" ] && return
    ensure_python || return
    (
        flock 9
        [ -x "$rie" ] && exit
        echo "Fetching the Lambda Runtime Interface Emulator" >&2
        download=$(mktemp -d) || exit
        trap 'rm -rf "$download"' EXIT
        "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$download" \
            "aws-sam-cli==$rie_wheel_version" >&2 || exit
        mkdir -p "$directory"
        "$python" - "$download" "$directory" <<'PYTHON'
import pathlib, sys, zipfile

download, directory = map(pathlib.Path, sys.argv[1:])
with zipfile.ZipFile(next(download.glob("*.whl"))) as wheel:
    for name in ("aws-lambda-rie-x86_64", "aws-lambda-rie-arm64"):
        partial = directory / f"{name}.partial"
        partial.write_bytes(wheel.read(f"samcli/local/rapid/{name}"))
        partial.chmod(0o755)
        partial.rename(directory / name)
PYTHON
    ) 9>"$repository/.cache/rie.lock" || python_failed "could not fetch the Runtime Interface Emulator"
}
