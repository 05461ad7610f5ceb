#!/usr/bin/env bash
# The baseline of case a: copies the same blobs with curl, four at a time.
#
#   floor.sh hash|plain SOURCE_REPOSITORY_URL TARGET_REPOSITORY_URL DIGEST:SIZE...
#
# hash:  curl | tee >(sha256sum) | curl. Uses a named pipe to wait for the hash and compare it
# plain: curl | curl
set -euo pipefail

kind=$1 source=$2 target=$3
shift 3
CONCURRENCY=4

copy_blob() {
  local digest=${1%:*} size=${1##*:} location
  location=$(curl -sS -X POST -D - -o /dev/null "$target/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  [[ $location == http* ]] || location="${target%%/v2/*}$location"
  local send=(curl -sS -f -o /dev/null -T - -H "Content-Type: application/octet-stream" -H "Transfer-Encoding:"
    -H "Content-Length: $size" -H "Expect:" "$location&digest=$digest")
  if [[ $kind == hash ]]; then
    local bytes=$folder/$digest.bytes sum=$folder/$digest.sum
    mkfifo "$bytes"
    sha256sum <"$bytes" >"$sum" &
    local hashing=$!
    curl -sS -f "$source/blobs/$digest" | tee "$bytes" | "${send[@]}"
    wait "$hashing"
    [[ sha256:$(cut -d ' ' -f 1 "$sum") == "$digest" ]]
  else
    curl -sS -f "$source/blobs/$digest" | "${send[@]}"
  fi
}

folder=$(mktemp -d "$BENCH_WORK/floor.XXXXXX")
trap 'rm -rf "$folder"' EXIT
status=0
running=()
for blob in "$@"; do
  copy_blob "$blob" &
  running+=($!)
  if ((${#running[@]} >= CONCURRENCY)); then
    wait "${running[0]}" || status=1
    running=("${running[@]:1}")
  fi
done
for pid in "${running[@]}"; do wait "$pid" || status=1; done
exit "$status"
