# Installs the software that the tests need if it is missing. Everything except Debian packages goes into $CACHE.
# Sourced by run.sh.
# shellcheck shell=bash

install_debian_packages() {
  local missing=() package
  for package in "${DEBIAN_PACKAGES[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then return; fi
  say "installing Debian's ${missing[*]}"
  # Temporarily keeps packages from starting services on installation, which would occupy port 5000.
  local policy=/usr/sbin/policy-rc.d own_policy=
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    own_policy=yes
  fi
  apt-get update -q >"$CACHE/apt.log" 2>&1
  local status=0
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
    >>"$CACHE/apt.log" 2>&1 || status=$?
  if [[ -n $own_policy ]]; then rm -f "$policy"; fi
  if ((status != 0)); then
    tail -n 20 "$CACHE/apt.log" >&2
    return "$status"
  fi
}

install_python_packages() {
  local wanted="awscli==$AWSCLI_VERSION moto[server]==$MOTO_VERSION"
  if [[ -x $CACHE/venv/bin/aws && $(cat "$CACHE/venv/installed" 2>/dev/null) == "$wanted" ]]; then return; fi
  say "installing $wanted"
  rm -rf "$CACHE/venv"
  python3 -m venv "$CACHE/venv"
  # shellcheck disable=SC2086 # split into two requirements
  "$CACHE/venv/bin/pip" install --quiet $wanted
  echo "$wanted" >"$CACHE/venv/installed"
}

# Installs $CACHE/crane. If the module proxy does not serve it, writes the proxy's answer to $CACHE/crane.unavailable.
install_crane() {
  local binary=$CACHE/crane
  if [[ $(cat "$binary.version" 2>/dev/null) == "$CRANE_VERSION" ]]; then return; fi
  rm -f "$binary" "$binary.version" "$binary.unavailable"
  if ! command -v go >/dev/null; then
    echo "Go 1.24 or newer is needed to build crane" >&2
    return 1
  fi
  say "building crane $CRANE_VERSION"
  if GOBIN=$CACHE/go-bin GOFLAGS=-mod=mod CGO_ENABLED=0 go install -trimpath "$CRANE_PACKAGE@$CRANE_VERSION" 2>"$CACHE/go.log"; then
    mv "$CACHE/go-bin/crane" "$binary"
  elif grep -qE '40[34] (Forbidden|Not Found)|410 Gone' "$CACHE/go.log"; then
    # Keeps only the text of the refusal, without the host name before it.
    grep -oE '(40[34] (Forbidden|Not Found)|410 Gone)|server response: .*' "$CACHE/go.log" |
      sort -u | paste -sd ' ' >"$binary.unavailable"
    say "the module proxy does not serve crane: $(cat "$binary.unavailable")"
  else
    cat "$CACHE/go.log" >&2
    return 1
  fi
  echo "$CRANE_VERSION" >"$binary.version"
}

# Builds go-containerregistry's registry: unlike Debian's, it supports the referrers API.
install_referrers_registry() {
  local source=$HERE/referrers-registry binary=$CACHE/referrers-registry
  if [[ -x $binary ]] && cmp -s "$source/go.sum" "$binary.version"; then return; fi
  say "building a registry with the referrers API"
  (cd "$source" && GOFLAGS=-mod=readonly go build -o "$binary" .)
  cp "$source/go.sum" "$binary.version"
}

# Builds the programs that read the output of `mirrorform uris`: buildx, buildkitd, and uri-readers for the rest. And
# dockerfile-images, which asks BuildKit's Dockerfile frontend for the images of a Dockerfile.
install_uri_readers() {
  local source=$HERE/uri-readers binaries=$CACHE/uri-readers
  if cmp -s <(cat "$source"/*.go "$source"/*/*.go "$source/go.sum") "$binaries/version"; then return; fi
  say "building buildx and buildkitd"
  mkdir -p "$binaries"
  (cd "$source" && GOFLAGS=-mod=readonly CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$binaries/" . ./dockerfile-images \
    github.com/docker/buildx/cmd/buildx github.com/moby/buildkit/cmd/buildkitd)
  cat "$source"/*.go "$source"/*/*.go "$source/go.sum" >"$binaries/version"
}

# Installs $CACHE/conformance. If the module proxy does not serve the suite, writes the proxy's answer to
# $CACHE/conformance.unavailable, and the test is skipped with that reason. Any other failure fails the run.
install_conformance_suite() {
  local binary=$CACHE/conformance
  # Does not retry a version that the proxy has refused.
  if [[ $(cat "$binary.version" 2>/dev/null) == "$CONFORMANCE_VERSION" ]]; then return; fi
  rm -f "$binary" "$binary.version" "$binary.unavailable"
  if ! command -v go >/dev/null; then
    echo "Go 1.24 or newer is needed to build the OCI conformance suite" >&2
    return 1
  fi
  say "building the OCI conformance suite $CONFORMANCE_VERSION"
  if GOBIN=$CACHE/go-bin GOFLAGS=-mod=mod go install "$CONFORMANCE_MODULE@$CONFORMANCE_VERSION" 2>"$CACHE/go.log"; then
    mv "$CACHE/go-bin/conformance" "$binary"
    echo "$CONFORMANCE_VERSION" >"$binary.version"
  elif grep -qE '40[34] (Forbidden|Not Found)|410 Gone' "$CACHE/go.log"; then
    # Keeps only the text of the refusal, without the host name before it.
    grep -oE '(40[34] (Forbidden|Not Found)|410 Gone)|server response: .*' "$CACHE/go.log" |
      sort -u | paste -sd ' ' >"$binary.unavailable"
    echo "$CONFORMANCE_VERSION" >"$binary.version"
    say "the module proxy does not serve the conformance suite: $(cat "$binary.unavailable")"
  else
    cat "$CACHE/go.log" >&2
    return 1
  fi
}

# Installs $CACHE/actionlint.
install_actionlint() {
  local binary=$CACHE/actionlint
  if [[ $(cat "$binary.version" 2>/dev/null) == "$ACTIONLINT_VERSION" ]]; then return; fi
  say "building actionlint $ACTIONLINT_VERSION"
  GOBIN=$CACHE/go-bin GOFLAGS=-mod=mod go install "$ACTIONLINT_MODULE@$ACTIONLINT_VERSION"
  mv "$CACHE/go-bin/actionlint" "$binary"
  echo "$ACTIONLINT_VERSION" >"$binary.version"
}
