# Installs the peers and the registry into $CACHE/bin, unless they are already there in the right version.
# Sourced by run.sh.
# shellcheck shell=bash

# install_go NAME PACKAGE VERSION [BUILD_TAGS]: installs $CACHE/bin/NAME, or writes the reason to NAME.unavailable.
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
    # Keeps only the text of the refusal, without the host name before it.
    { grep -oE '40[34] (Forbidden|Not Found)|410 Gone|server response: .*' "$CACHE/go.log" || echo "the build failed"; } |
      sort -u | paste -sd ';' >"$binary.unavailable"
    say "$name $version: $(cat "$binary.unavailable")"
  fi
  # Does not retry a version that was refused.
  echo "$package@$version" >"$binary.version"
}

# install_debian NAME PACKAGE: installs Debian's program if the Go module is unavailable.
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

# Temporarily keeps packages from starting services on installation, which would occupy port 5000.
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
  if ! command -v curl >/dev/null; then install_quietly curl || say "curl cannot be installed: no curl baselines"; fi
}

# Builds the package as published, but outside of dist/.
build_package() {
  rm -rf "$CACHE/package"
  # Continues despite type errors, which CI checks.
  "$ROOT/node_modules/.bin/tsc" --project "$ROOT/tsconfig.build.json" --outDir "$CACHE/package/dist" >"$CACHE/tsc.log" ||
    say "the sources have type errors: see .cache/bench/tsc.log"
  cp -r "$ROOT/package.json" "$ROOT/bin" "$CACHE/package/"
}
