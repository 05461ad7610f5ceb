#!/usr/bin/env bash
# Runs the version of mirrorform that belongs to this Action, without changing the job's PATH or working directory.
set -euo pipefail

action="$(cd "$(dirname "$0")/.." && pwd)"

if [ ! -d "$action/node_modules/undici" ]; then
  (cd "$action" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

# If the job's Node is too old, installs another one for mirrorform only.
is_new_enough='const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 22 || (major === 22 && minor >= 19) ? 0 : 1)'
node=node
if ! node -e "$is_new_enough" 2>/dev/null; then
  home="${RUNNER_TEMP:-/tmp}/mirrorform-node"
  npm install --prefix "$home" --no-audit --no-fund --loglevel=error node@24.21.0
  node="$home/node_modules/node/bin/node"
fi
exec "$node" "$action/action/main.ts"
