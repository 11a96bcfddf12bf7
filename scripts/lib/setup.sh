# shellcheck shell=bash
# Makes a fresh Debian machine ready; sourced after common.sh. Every function does nothing when nothing is missing.

# What the Swift toolchain needs itself (https://www.swift.org/install/linux/), without its debugger.
swift_packages=(
    binutils build-essential ca-certificates git libcurl4-openssl-dev libncurses-dev libsqlite3-dev libxml2-dev pkg-config
    uuid-dev zlib1g-dev
)
# What building the Swift package needs: the C libraries of Package.swift, to be linked dynamically and statically.
build_packages=(libc-ares-dev libc6-dev libcurl4-openssl-dev libexpat1-dev libssl-dev libyaml-dev)
export build_packages

# as_root COMMAND…: with sudo when needed.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "this needs root or sudo: $*"
    fi
}

# ensure_packages NAME…: installs those Debian packages that are missing.
ensure_packages() {
    local name missing=()
    command -v dpkg-query >/dev/null || die "this is not Debian: please install the equivalents of $*"
    for name in "$@"; do
        [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
            missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    # The machine's list of packages first; where it is old or was never fetched, a new one.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 install --yes \
        --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && return 0
    quietly "updating the list of packages" as_root apt-get -qq -o DPkg::Lock::Timeout=120 update
    quietly "installing ${missing[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends "${missing[@]}"
}

# ensure_swift: puts Swift on PATH and installs what it needs.
ensure_swift() {
    local directory version
    if ! command -v swift >/dev/null; then
        for directory in /opt/swift/usr/bin /usr/local/swift/usr/bin \
            "${SWIFTLY_BIN_DIR:-$HOME/.local/share/swiftly/bin}" "$HOME/.swiftly/bin"; do
            [ -x "$directory/swift" ] || continue
            PATH=$directory:$PATH
            export PATH
            break
        done
    fi
    command -v swift >/dev/null ||
        die "Swift 6.2 or newer is needed (https://www.swift.org/install/linux/); it is neither on PATH nor in" \
            "/opt/swift, /usr/local/swift or ~/.local/share/swiftly"
    ensure_packages "${swift_packages[@]}"
    # Swift links with gold, which newer releases of Debian have as a package of its own.
    command -v ld.gold >/dev/null || ensure_packages binutils-gold
    version=$(swift --version 2>&1) || die "$(command -v swift) does not start: $version"
    version=$(sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' <<<"$version")
    case $version in
    6.[2-9]* | [7-9].* | [1-9][0-9]*) ;;
    *) die "Swift 6.2 or newer is needed; $(command -v swift) is ${version:-of an unknown version}" ;;
    esac
}
