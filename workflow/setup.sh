#!/bin/sh
# Makes .venv as requirements.txt pins it, or finds within milliseconds that it is so already.
# Called by the Makefile from the top of the repository. Python 3.11 to 3.13 with venv is all that it needs.
set -eu

stamp=.venv/set-up
log=.venv/set-up.log

# What the environment depends on: where it lies (scripts carry the path) and what it is made from.
wanted() {
    pwd
    cksum requirements.txt pyproject.toml workflow/setup.sh
}

if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(wanted)" = "$(cat "$stamp")" ]; then
    exit 0
fi

is_suitable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if is_suitable "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

if ! python=$(find_python); then
    echo "No Python 3.11, 3.12 or 3.13 with venv was found: install one (Debian, Ubuntu: apt install python3-venv;" \
        "macOS: brew install python@3.13), or name it: make PYTHON=/path/to/python3" >&2
    exit 1
fi

# The fast installer, as pinned in requirements.txt itself.
install_uv() {
    sed -n '/^uv==/,/^    # via/p' requirements.txt >.venv/uv.txt
    .venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r .venv/uv.txt
}

install_with_uv() {
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode requirements.txt &&
        .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
}

install_with_pip() {
    echo "uv could not install; pip alone takes longer"
    PATH=$(pwd)/.venv/bin:$PATH # where the build backend looks for its program
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements.txt &&
        .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e . &&
        compile_bytecode .venv/lib
}

# Compiled ahead of the first run, also on machines that forbid Python to write bytecode while it runs.
compile_bytecode() {
    .venv/bin/python -m compileall -q -j 0 "$1" || true
}

# An environment of an unsuitable Python, or one that was moved here with its folder, is made anew.
is_usable_environment() {
    is_suitable .venv/bin/python && { [ ! -f "$stamp" ] || [ "$(head -n 1 "$stamp")" = "$(pwd)" ]; }
}

set_up() {
    { install_uv && install_with_uv; } || install_with_pip || return 1
    compile_bytecode workflow/postinfusion
}

printf 'Setting up (first time, about a minute) ... '
begun=$(date +%s)
is_usable_environment || "$python" -m venv --clear .venv
rm -f "$stamp"
if ! set_up >"$log" 2>&1; then
    printf 'failed.\n' >&2
    tail -n 15 "$log" >&2
    echo "The environment could not be set up (all of it: $log). Without network or behind a proxy, set pip's proxy or" \
        "index options and run make again." >&2
    exit 1
fi
wanted >"$stamp"
echo "done, $(($(date +%s) - begun)) s"
