#!/usr/bin/env bash
# Runs the version of mirrorform that belongs to this Action, without changing the job's PATH or working directory.
set -euo pipefail

action="$(cd "$(dirname "$0")/.." && pwd)"

if [ ! -d "$action/node_modules/undici" ]; then
  (cd "$action" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

# If the job's Node is too old, installs another one for mirrorform only: the one whose checksum is in the lock file, without
# a script of a package.
node=node
is_new_enough='process.exit(require(process.argv[1]).problem() === undefined ? 0 : 1)'
if ! node -e "$is_new_enough" "$action/bin/node-version.cjs" 2>/dev/null; then
  home="$(mktemp -d "${RUNNER_TEMP:-/tmp}/mirrorform-node-XXXXXX")"
  cp "$action/action/node/package.json" "$action/action/node/package-lock.json" "$home"
  (cd "$home" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  node=""
  for binary in "$home"/node_modules/node-*/bin/node "$home"/node_modules/node-*/bin/node.exe; do
    if [ -x "$binary" ]; then node="$binary"; fi
  done
  if [ -z "$node" ]; then
    echo "::error title=mirrorform::mirrorform needs Node 22.19 or later, and could not install one that matches its checksum for this platform. Add actions/setup-node to the job."
    exit 1
  fi
fi
exec "$node" "$action/action/main.ts"
