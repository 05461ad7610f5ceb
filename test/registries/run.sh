#!/usr/bin/env bash
# npm run test:registries: real registries and real clients on both ends of mirrorform.
# For Debian 12, as root where a Debian package is missing. Downloads go through apt, pip and go alone, once,
# into .cache/registries. README.md beside this file says what runs.
#
#   run.sh             install what is missing, then run every test
#   run.sh prepare     only install
#   run.sh FILE…       install, then run these test files
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
CACHE=$ROOT/.cache/registries
NODE=$ROOT/node_modules/.bin/node

say() { printf 'test:registries: %s\n' "$*"; }

# shellcheck source=versions.sh
source "$HERE/versions.sh"
# shellcheck source=install.sh
source "$HERE/install.sh"
# shellcheck source=image.sh
source "$HERE/image.sh"

mkdir -p "$CACHE"
# Two runs of one checkout must not build the same cache at once.
exec 9>"$CACHE/lock"
flock 9
install_debian_packages
install_python_packages
install_crane
install_conformance_suite
install_actionlint
install_referrers_registry
make_image
flock --unlock 9
if [[ ${1-} == prepare ]]; then exit 0; fi

say "docker-registry $(dpkg-query -W -f='${Version}' docker-registry), $(skopeo --version), $(umoci --version)"
say "$("$CACHE/venv/bin/aws" --version), moto $MOTO_VERSION, node $("$NODE" --version)"

shopt -s nullglob
tests=("$HERE"/*.test.ts)
if (($# > 0)); then tests=("$@"); fi
if ((${#tests[@]} == 0)); then
  echo "test:registries: no test file" >&2
  exit 1
fi

results=$(mktemp)
trap 'rm -f "$results"' EXIT
status=0
REGISTRIES_CACHE=$CACHE "$NODE" --test --test-concurrency=1 --test-timeout=300000 --test-force-exit \
  --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$results" "${tests[@]}" || status=$?

# A test file that registers nothing counts as one passing test: ask how many really ran.
passed=$(awk '/^# pass /{print $3}' "$results")
say "${passed:-0} tests passed"
if ((${passed:-0} == 0)); then
  echo "test:registries: no test ran" >&2
  exit 1
fi
exit "$status"
