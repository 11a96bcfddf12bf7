# shellcheck shell=bash
# Terraform for the scripts. Meant to be sourced.
#
#   find_terraform           sets `terraform`, or says how to get it
#   terraform_init DIR [...] runs `terraform init` in DIR: the normal way (from the registry) first; where the registry cannot
#                            be reached, with the providers of a plugin directory of this machine
#
# Further arguments of terraform_init go to `terraform init`.

# A CLI configuration that is not there makes every Terraform command fail.
if [ -n "${TF_CLI_CONFIG_FILE:-}" ] && [ ! -e "$TF_CLI_CONFIG_FILE" ]; then
    unset TF_CLI_CONFIG_FILE
fi
export CHECKPOINT_DISABLE=1

find_terraform() {
    local candidate
    for candidate in "${TERRAFORM:-terraform}" "$HOME/bin/terraform" "$HOME/.local/bin/terraform" /opt/terraform/terraform; do
        if terraform=$(command -v "$candidate"); then
            return
        fi
    done
    echo "terraform is not on the PATH (https://developer.hashicorp.com/terraform/install); \$TERRAFORM names another place" >&2
    return 1
}

# The root of a plugin directory (…/registry.terraform.io/hashicorp/aws/<version>/<platform>/terraform-provider-aws…).
find_terraform_plugins() {
    local place found
    for place in "${TF_PLUGIN_DIR:-}" "${TF_PLUGIN_CACHE_DIR:-}" "$HOME/.terraform.d" "$HOME/.local/share/terraform" \
        /opt /usr/local/share /usr/share /var/lib; do
        [ -d "$place" ] || continue
        found=$(find -L "$place" -maxdepth 9 -path '*/registry.terraform.io/hashicorp/aws/*/terraform-provider-aws*' \
            -print -quit 2>/dev/null)
        if [ -n "$found" ]; then
            echo "${found%%/registry.terraform.io/*}"
            return
        fi
    done
    return 1
}

terraform_init() {
    local directory=$1 log plugins
    shift
    find_terraform || return
    log=$(mktemp)
    # A plugin directory found once is used straight away, so that an offline machine does not wait for the registry again.
    if [ -z "${terraform_plugins:-}" ]; then
        if "$terraform" -chdir="$directory" init -input=false -no-color "$@" >"$log" 2>&1; then
            rm -f "$log"
            return
        fi
        plugins=$(find_terraform_plugins) || {
            cat "$log" >&2
            rm -f "$log"
            return 1
        }
        terraform_plugins=$plugins
    fi
    # A lock file made elsewhere holds checksums that a local copy need not have. The plugin directory may be the cache itself,
    # which Terraform refuses to fill from itself.
    if env -u TF_PLUGIN_CACHE_DIR "$terraform" -chdir="$directory" init -input=false -no-color -plugin-dir="$terraform_plugins" "$@" >"$log" 2>&1; then
        rm -f "$log"
        return
    fi
    cat "$log" >&2
    rm -f "$log"
    return 1
}
