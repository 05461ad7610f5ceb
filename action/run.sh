#!/usr/bin/env bash
# Runs the version of mirrorform that belongs to this Action, without changing the job's PATH or working directory.
set -euo pipefail

action="$(cd "$(dirname "$0")/.." && pwd)"

if [ ! -d "$action/node_modules/undici" ]; then
  (cd "$action" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

# If the job's Node is too old, installs another one for mirrorform only.
node=node
is_new_enough='process.exit(require(process.argv[1]).problem() === undefined ? 0 : 1)'
if ! node -e "$is_new_enough" "$action/bin/node-version.cjs" 2>/dev/null; then
  home="${RUNNER_TEMP:-/tmp}/mirrorform-node"
  npm install --prefix "$home" --no-audit --no-fund --loglevel=error node@24.21.0
  node="$home/node_modules/node/bin/node"
fi
exec "$node" "$action/action/main.ts"
