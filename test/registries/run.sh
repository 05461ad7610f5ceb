#!/usr/bin/env bash
# npm run test:registries: tests mirrorform with real registries and clients.
# Needs Debian 12, and root if a Debian package is missing. Downloads everything once, with apt, pip and go, into
# .cache/registries. See README.md in this folder.
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
# Concurrent runs must not build the same cache.
exec 9>"$CACHE/lock"
flock 9
install_debian_packages
install_python_packages
install_crane
install_conformance_suite
install_actionlint
install_referrers_registry
install_uri_readers
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

# A test file without tests counts as one passing test, so count the tests that ran.
passed=$(awk '/^# pass /{print $3}' "$results")
say "${passed:-0} tests passed"
if ((${passed:-0} == 0)); then
  echo "test:registries: no test ran" >&2
  exit 1
fi
exit "$status"
