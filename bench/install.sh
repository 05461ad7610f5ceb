# Installs the peers and the registry into $CACHE/bin. Nothing is done for what is there already in the wanted version.
# Sourced by run.sh.
# shellcheck shell=bash

# install_go NAME PACKAGE VERSION [BUILD_TAGS]: leaves $CACHE/bin/NAME, or NAME.unavailable with the reason.
install_go() {
  local name=$1 package=$2 version=$3 tags=${4-} binary=$CACHE/bin/$1
  if [[ $(cat "$binary.version" 2>/dev/null) == "$package@$version" ]]; then return; fi
  rm -f "$binary" "$binary.version" "$binary.unavailable"
  if ! command -v go >/dev/null; then
    echo "Go is not installed" >"$binary.unavailable"
    return
  fi
  say "building $name $version"
  local staging=$CACHE/go-bin
  if GOBIN=$staging GOFLAGS=-mod=mod CGO_ENABLED=0 go install -trimpath -tags "$tags" "$package@$version" 2>"$CACHE/go.log"; then
    mv "$staging/$(basename "$package")" "$binary"
  else
    # Only the words of the refusal: the address before them names a host.
    { grep -oE '40[34] (Forbidden|Not Found)|410 Gone|server response: .*' "$CACHE/go.log" || echo "it does not build"; } |
      sort -u | paste -sd ';' >"$binary.unavailable"
    say "$name $version: $(cat "$binary.unavailable")"
  fi
  # A refusal is final for a version: it is not asked for again from this cache.
  echo "$package@$version" >"$binary.version"
}

# install_debian NAME PACKAGE: Debian's program where the Go module did not come.
install_debian() {
  local name=$1 package=$2 program
  if [[ ! -e $CACHE/bin/$name.unavailable || -x $CACHE/bin/$name ]]; then return; fi
  if ! command -v "$package" >/dev/null; then
    say "installing Debian's $package"
    install_quietly "$package" || return 0
  fi
  program=$(command -v "$package") || return 0
  ln -sf "$program" "$CACHE/bin/$name"
}

# A package that starts a service on installation would take port 5000: policy-rc.d forbids it for this one run.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d own_policy='' status=0
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    own_policy=yes
  fi
  {
    apt-get update -q &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
  } >"$CACHE/apt.log" 2>&1 || status=$?
  if [[ -n $own_policy ]]; then rm -f "$policy"; fi
  return "$status"
}

install_peers() {
  mkdir -p "$CACHE/bin"
  install_go crane "${CRANE[@]}"
  install_go regctl "${REGCTL[@]}"
  install_go regsync "${REGSYNC[@]}"
  install_go skopeo "${SKOPEO[@]}" "$SKOPEO_TAGS"
  install_go registry "${DISTRIBUTION[@]}"
  install_debian skopeo skopeo
  install_debian registry docker-registry
  if ! command -v curl >/dev/null; then install_quietly curl || say "curl cannot be installed: no floors"; fi
}

# The package as it is published, built beside dist/ and not into it.
build_package() {
  rm -rf "$CACHE/package"
  # It builds all the same: types are checked elsewhere.
  "$ROOT/node_modules/.bin/tsc" --project "$ROOT/tsconfig.build.json" --outDir "$CACHE/package/dist" >"$CACHE/tsc.log" ||
    say "the sources have type errors: see .cache/bench/tsc.log"
  cp "$ROOT/package.json" "$CACHE/package/package.json"
}
