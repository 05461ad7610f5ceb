# Builds the test image: a Debian root file system with several layers for each architecture, about 100 MB in total,
# as an OCI layout with a multi-platform index. Packages are only unpacked with dpkg-deb, so that building works for
# foreign architectures. Sourced by run.sh.
# shellcheck shell=bash

# A fixed timestamp, so that the same packages yield the same digests.
IMAGE_TIME=2026-01-01T00:00:00Z

# Runs apt with separate state for one architecture, but with the machine's sources and keys.
foreign_apt() {
  local architecture=$1 tool=$2 place=$CACHE/apt-$1
  shift 2
  mkdir -p "$place/state/lists/partial" "$place/cache/archives/partial"
  "$tool" -q -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" \
    -o "Dir::State=$place/state" -o Dir::State::status=/dev/null -o "Dir::Cache=$place/cache" \
    -o APT::Sandbox::User=root "$@"
}

required_packages() {
  foreign_apt "$1" apt-cache dumpavail | awk -v RS= '
    /\nPriority: required/ || /\nEssential: yes/ { match($0, /^Package: [^\n]+/); print substr($0, 10, RLENGTH - 9) }' |
    sort -u
}

# unpack_layer ARCHITECTURE DIRECTORY PACKAGE...
unpack_layer() {
  local architecture=$1 root=$2
  shift 2
  mkdir -p "$root" "$root.debs"
  (cd "$root.debs" && foreign_apt "$architecture" apt-get download "$@" >/dev/null)
  local package
  for package in "$root.debs"/*.deb; do dpkg-deb --extract "$package" "$root"; done
  tar --create --file "$root.tar" --directory "$root" --sort=name --mtime="$IMAGE_TIME" \
    --owner=0 --group=0 --numeric-owner --format=gnu .
}

# make_platform ARCHITECTURE LAYOUT WORK: adds the image for ARCHITECTURE to LAYOUT.
make_platform() {
  local architecture=$1 layout=$2 work=$3/$1 layer required
  mapfile -t required < <(required_packages "$architecture")
  unpack_layer "$architecture" "$work/base" "${required[@]}"
  unpack_layer "$architecture" "$work/runtime" "${IMAGE_LAYER_RUNTIME[@]}"
  unpack_layer "$architecture" "$work/tools" "${IMAGE_LAYER_TOOLS[@]}"
  umoci new --image "$layout:$architecture"
  for layer in base runtime tools; do
    umoci raw add-layer --image "$layout:$architecture" --history.created "$IMAGE_TIME" "$work/$layer.tar"
  done
  # The last layer is the same for every architecture, so that the images share a blob.
  umoci raw add-layer --image "$layout:$architecture" --history.created "$IMAGE_TIME" "$3/shared.tar"
  umoci config --image "$layout:$architecture" --os linux --architecture "$architecture" \
    --created "$IMAGE_TIME" --history.created "$IMAGE_TIME" --config.cmd /bin/bash
}

make_image() {
  local image=$CACHE/image recipe="$IMAGE_RECIPE ${IMAGE_ARCHITECTURES[*]} ${IMAGE_LAYER_RUNTIME[*]} ${IMAGE_LAYER_TOOLS[*]}"
  if [[ $(cat "$image/recipe" 2>/dev/null) == "$recipe" ]]; then return; fi
  say "building the test image from Debian's packages for ${IMAGE_ARCHITECTURES[*]}"
  rm -rf "$image" "$image.work"
  mkdir -p "$image.work/shared/srv/app"
  local layout=$image.work/layout architecture
  umoci init --layout "$layout"
  echo "mirrorform's test image" >"$image.work/shared/srv/app/README"
  tar --create --file "$image.work/shared.tar" --directory "$image.work/shared" --sort=name \
    --mtime="$IMAGE_TIME" --owner=0 --group=0 --numeric-owner --format=gnu .
  for architecture in "${IMAGE_ARCHITECTURES[@]}"; do
    foreign_apt "$architecture" apt-get update >"$CACHE/apt-$architecture.log" 2>&1
    make_platform "$architecture" "$layout" "$image.work"
  done
  "$NODE" "$HERE/join-index.ts" "$layout" "${IMAGE_ARCHITECTURES[@]}"
  umoci gc --layout "$layout"
  mv "$layout" "$image"
  rm -rf "$image.work" "$CACHE"/apt-*
  echo "$recipe" >"$image/recipe"
  say "the test image has $(du -sh "$image/blobs" | cut -f1) of blobs"
}
