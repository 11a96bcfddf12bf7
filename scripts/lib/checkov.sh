# shellcheck shell=bash
# Checkov for the scripts; sourced after common.sh and python.sh. It has a virtual environment of its own, since its
# requirements and those of the local cloud do not agree.
#
#   ensure_checkov   sets `checkov`, the path of the command; installs it when it is missing

checkov_version=3.3.30

ensure_checkov() {
    local venv=${cache:?}/checkov-$checkov_version
    export checkov=$venv/bin/checkov
    [ -e "$venv/.complete" ] && return
    mkdir -p "$cache"
    (
        flock 9
        [ -e "$venv/.complete" ] && exit
        base=$(find_python) || { install_debian_python && base=$(find_python); } || exit
        say "installing checkov $checkov_version into .cache"
        rm -rf "$venv"
        "$base" -m venv "$venv" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            "checkov==$checkov_version" >&2 && touch "$venv/.complete"
    ) 9>"$cache/checkov.lock" || die "could not install checkov $checkov_version"
}
