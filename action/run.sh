#!/usr/bin/env bash
# Runs the very version of mirrorform that this Action is of. Nothing of the job is changed: not its PATH, not its folder.
set -euo pipefail

action="$(cd "$(dirname "$0")/.." && pwd)"

if [ ! -d "$action/node_modules/undici" ]; then
  (cd "$action" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

# An older Node is left to the job; this one is for mirrorform alone.
is_new_enough='const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 22 || (major === 22 && minor >= 19) ? 0 : 1)'
node=node
if ! node -e "$is_new_enough" 2>/dev/null; then
  home="${RUNNER_TEMP:-/tmp}/mirrorform-node"
  npm install --prefix "$home" --no-audit --no-fund --loglevel=error node@24.21.0
  node="$home/node_modules/node/bin/node"
fi
exec "$node" "$action/action/main.ts"
