# Finds the Swift toolchain and the system packages for `./run` and `./test`. Sourced by bash, never run.
#
# `portico_setup` puts `swift` on PATH and installs the packages of `portico_missing`, or exits with status 2 and a one-line
# remedy. If nothing is missing, it changes nothing.

# The oldest toolchain that reads Package.swift, as MAJOR.MINOR.
portico_swift_minimum=6.2

portico_refuse() {
    printf 'portico: %s\n' "$*" >&2
    exit 2
}

# Puts the first toolchain that is new enough at the front of PATH; looks in PATH, then in the usual places.
portico_find_swift() {
    local candidate version found='' home="${HOME:-/root}"
    for candidate in "$(command -v swift || true)" /opt/swift/usr/bin/swift "${SWIFTLY_BIN_DIR:-$home/.local/share/swiftly/bin}/swift" \
        "$home"/.swiftly/bin/swift "$home"/.local/share/swiftly/toolchains/*/usr/bin/swift /usr/share/swift/usr/bin/swift \
        /usr/share/swift/bin/swift /usr/local/swift/usr/bin/swift /usr/libexec/swift/*/bin/swift /opt/swift-*/usr/bin/swift; do
        [ -n "$candidate" ] && [ -x "$candidate" ] || continue
        version=$("$candidate" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
        [ -n "$version" ] || continue
        found="${found:+$found, }$version at $candidate"
        if [ "$(printf '%s\n%s\n' "$portico_swift_minimum" "$version" | sort -V | head -n 1)" = "$portico_swift_minimum" ]; then
            PATH="$(dirname "$candidate"):$PATH"
            export PATH
            return 0
        fi
    done
    [ -z "$found" ] || portico_refuse "Swift $portico_swift_minimum or newer is needed, found only $found; install one from https://www.swift.org/install/linux/ and run this again."
    portico_refuse "no Swift toolchain found; install Swift $portico_swift_minimum or newer from https://www.swift.org/install/linux/ and run this again."
}

# The server's programs, which distributions keep off PATH.
portico_has_postgres() {
    local program
    for program in "${PORTICO_POSTGRES_BIN:-}/initdb" "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb /usr/local/pgsql/bin/initdb; do
        [ -n "$program" ] && [ -x "$program" ] && return 0
    done
    return 1
}

# The missing packages, one per line; with the word `tests`, also those of programs that only tests run. Looks for what the
# packages contain, not for their names: other sources count too.
portico_missing() {
    if ! command -v pkg-config >/dev/null; then
        printf '%s\n' pkg-config
        [ -e /usr/include/postgresql/libpq-fe.h ] || printf '%s\n' libpq-dev
        [ -e /usr/include/yaml.h ] || printf '%s\n' libyaml-dev
        [ -e /usr/include/openssl/ssl.h ] || printf '%s\n' libssl-dev
        [ -e /usr/include/zlib.h ] || printf '%s\n' zlib1g-dev
    else
        pkg-config --exists libpq || printf '%s\n' libpq-dev
        pkg-config --exists yaml-0.1 || printf '%s\n' libyaml-dev
        pkg-config --exists 'openssl >= 3' || printf '%s\n' libssl-dev
        pkg-config --exists zlib || printf '%s\n' zlib1g-dev
    fi
    portico_has_postgres || printf '%s\n' postgresql
    [ "${1:-}" = tests ] || return 0
    command -v git >/dev/null || printf '%s\n' git
    command -v strace >/dev/null || printf '%s\n' strace
    python3 -c 'import ensurepip, venv' 2>/dev/null || printf '%s\n' python3-venv
    return 0
}

# The shell commands that install the given packages. Debian's package would create and start a cluster; a setting prevents it.
portico_install_commands() {
    local packages="$*"
    case " $packages " in
    *' postgresql '*)
        printf '%s\n' 'mkdir -p /etc/postgresql-common/createcluster.d' \
            'echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/portico.conf'
        ;;
    esac
    printf 'export DEBIAN_FRONTEND=noninteractive\n'
    # The package lists are fetched only if the first attempt fails: they may be missing or old.
    printf 'apt-get install -y --no-install-recommends %s || { apt-get update && apt-get install -y --no-install-recommends %s; }\n' "$packages" "$packages"
}

portico_install_missing() {
    local missing commands
    missing=$(portico_missing "$@")
    [ -n "$missing" ] || return 0
    missing=$(printf '%s' "$missing" | tr '\n' ' ')
    portico_install "$missing"
    missing=$(portico_missing "$@")
    [ -z "$missing" ] || portico_refuse "still missing after the installation: $(printf '%s' "$missing" | tr '\n' ' ')"
}

# Installs the packages given as one string, or exits with the command that would install them.
portico_install() {
    local missing="$1" commands
    command -v apt-get >/dev/null ||
        portico_refuse "this machine lacks what the Debian packages $missing hold, and has no apt-get; install them by the system's own package manager and run this again."
    # shellcheck disable=SC2086 # words on purpose
    commands="set -e
$(portico_install_commands $missing)"
    if [ "$(id -u)" = 0 ]; then
        printf 'portico: installing %s\n' "$missing" >&2
        sh -c "$commands" >&2 || portico_refuse "the packages could not be installed; see above."
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        printf 'portico: installing %s by sudo\n' "$missing" >&2
        sudo sh -c "$commands" >&2 || portico_refuse "the packages could not be installed; see above."
    else
        printf 'portico: these packages are missing: %s. Run this command as root, then try again:\n\n  sh -c %s\n\n' \
            "${missing% }" "'$(printf '%s' "$commands" | sed '1d' | tr '\n' ';' | sed 's/;/; /g; s/; $//')'" >&2
        exit 2
    fi
}

# The number of compiler processes at a time; each takes a core and up to a gigabyte.
portico_jobs() {
    local cores
    cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || printf 2)
    printf '%s' "${PORTICO_JOBS:-$((cores < 8 ? cores : 8))}"
}

# With the word `tests`, also installs what only tests run.
portico_setup() {
    portico_find_swift
    portico_install_missing "$@"
    # The flags of every build. By default SwiftPM requests colours if the standard error is a terminal, and rebuilds everything
    # when that changes, as with `nohup ./run`.
    portico_flags=(--jobs "$(portico_jobs)" --no-color-diagnostics)
    [ "${1:-}" = tests ] || return 0
    portico_setup_clients
    portico_setup_nginx
}

# The release of graphql-core that the tests compare with: a port of the reference implementation, with the September 2025
# edition.
portico_graphql_core=3.3.2

# Installs graphql-core from PyPI below .build. If it cannot be fetched, only the tests that use it fail.
portico_setup_clients() {
    local folder=.build/clients
    "$folder/bin/python" -c "import graphql; assert graphql.version == '$portico_graphql_core'" 2>/dev/null && return 0
    { python3 -m venv "$folder" && "$folder/bin/python" -m pip install -q --disable-pip-version-check "graphql-core==$portico_graphql_core"; } >&2 ||
        printf 'portico: graphql-core '"$portico_graphql_core"' could not be installed; the tests that use it will fail.\n' >&2
    return 0
}

# Provides nginx for the test of deploy/nginx.conf. A missing package is unpacked below .build, not installed, because Debian's
# would start a server; its libraries are installed. If it cannot be fetched, only that test fails.
portico_setup_nginx() {
    local folder=.build/clients/nginx nginx package libraries
    for nginx in /usr/sbin/nginx /usr/bin/nginx /usr/local/sbin/nginx "$folder/usr/sbin/nginx"; do
        "$nginx" -v 2>/dev/null && return 0
    done
    if command -v apt-get >/dev/null && mkdir -p "$folder"; then
        for package in nginx nginx-core; do
            (cd "$folder" && { apt-get download -q "$package" || { apt-get update -q && apt-get download -q "$package"; }; } && dpkg -x "$package"_*.deb .) >&2 || continue
            [ -x "$folder/usr/sbin/nginx" ] || continue
            "$folder/usr/sbin/nginx" -v 2>/dev/null && return 0
            # "libssl3 (>= 3.0.0), nginx-common (= 1)" becomes "libssl3".
            libraries=$(dpkg-deb -f "$folder/$package"_*.deb Depends Pre-Depends | tr ',:' '\n\n' | sed -n 's/^ *\(lib[^ |]*\).*/\1/p' | tr '\n' ' ')
            portico_install "$libraries"
            "$folder/usr/sbin/nginx" -v 2>/dev/null && return 0
        done
    fi
    printf 'portico: nginx could not be fetched; the test that uses it will fail.\n' >&2
    return 0
}
