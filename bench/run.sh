#!/usr/bin/env bash
# npm run bench: compares mirrorform with similar tools on real registries. See README.md in this folder.
#
#   run.sh                    install what is missing, run every case, write RESULTS.md
#   run.sh a c                run only these cases; keep the results of the others
#   run.sh --rounds 1 a       one round instead of three
#   run.sh --source           run mirrorform from source instead of the built package
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
# Concurrent runs would distort each other's measurements.
exec 9>"$CACHE/lock"
if ! flock --nonblock 9; then
  say "another run of this checkout is in progress"
  exit 1
fi
install_peers
build_package
if [[ ${1-} == prepare ]]; then exit 0; fi

# Keeps the registries' content in memory, because the disk would dominate the measurement.
if [[ -d /dev/shm && -w /dev/shm ]]; then MEMORY=/dev/shm; else MEMORY=${TMPDIR:-/tmp}; fi
BENCH_WORK=$(mktemp -d "$MEMORY/mirrorform-bench.XXXXXX")
export BENCH_WORK

# Kills all registries, however the run ends. Their process IDs are in $BENCH_WORK/pids.
clean_up() {
  local file pid
  for file in "$BENCH_WORK"/pids/*; do
    [[ -e $file ]] || continue
    pid=${file##*/}
    # The ID may have been reused: only kill processes with $BENCH_WORK in their environment.
    if grep -qaF "$BENCH_WORK" "/proc/$pid/environ" 2>/dev/null; then kill -KILL "$pid" 2>/dev/null || true; fi
  done
  rm -rf "$BENCH_WORK"
}
trap clean_up EXIT

# Closes the lock in child processes, so that a remaining registry does not hold it.
"$NODE" "$HERE/main.ts" "$@" 9>&- &
MAIN=$!
# Runs in the background, because the shell does not handle signals while a foreground command runs.
trap 'kill -TERM "$MAIN" 2>/dev/null || true' INT TERM
status=0
wait "$MAIN" || status=$?
# A signal interrupts the first wait before the program has ended.
if kill -0 "$MAIN" 2>/dev/null; then wait "$MAIN" || status=$?; fi
exit "$status"
