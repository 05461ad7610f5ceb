#!/usr/bin/env bash
# npm run bench: mirrorform beside its peers, on real registries. README.md beside this file says what is measured.
#
#   run.sh                    install what is missing, run every case, write RESULTS.md
#   run.sh a c                only these cases; the others keep what they said before
#   run.sh --rounds 1 a       one round in place of three
#   run.sh --source           mirrorform from its sources, in place of its built package
#   run.sh prepare            only install
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/.." && pwd)
CACHE=$ROOT/.cache/bench
NODE=$ROOT/node_modules/.bin/node

say() { printf 'bench: %s\n' "$*"; }

# shellcheck source=versions.sh
source "$HERE/versions.sh"
# shellcheck source=install.sh
source "$HERE/install.sh"

mkdir -p "$CACHE"
# Two runs at once would measure each other.
exec 9>"$CACHE/lock"
if ! flock --nonblock 9; then
  say "another run of this checkout is under way"
  exit 1
fi
install_peers
build_package
if [[ ${1-} == prepare ]]; then exit 0; fi

# Registries keep their content in memory: a disk would be what is measured.
if [[ -d /dev/shm && -w /dev/shm ]]; then MEMORY=/dev/shm; else MEMORY=${TMPDIR:-/tmp}; fi
BENCH_WORK=$(mktemp -d "$MEMORY/mirrorform-bench.XXXXXX")
export BENCH_WORK

# Whatever ends the run, no registry outlives it: each has its process id in $BENCH_WORK/pids.
clean_up() {
  local file pid
  for file in "$BENCH_WORK"/pids/*; do
    [[ -e $file ]] || continue
    pid=${file##*/}
    # The number may be another process's by now: ours name the folder.
    if grep -qaF "$BENCH_WORK" "/proc/$pid/environ" 2>/dev/null; then kill -KILL "$pid" 2>/dev/null || true; fi
  done
  rm -rf "$BENCH_WORK"
}
trap clean_up EXIT

# The lock is this script's: a registry that outlived a kill must not hold it.
"$NODE" "$HERE/main.ts" "$@" 9>&- &
MAIN=$!
# In the background, because a shell hears no signal while it waits for a command in front of it.
trap 'kill -TERM "$MAIN" 2>/dev/null || true' INT TERM
status=0
wait "$MAIN" || status=$?
# A signal ends the first wait before the program has ended.
if kill -0 "$MAIN" 2>/dev/null; then wait "$MAIN" || status=$?; fi
exit "$status"
