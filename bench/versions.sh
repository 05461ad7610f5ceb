# Versions of the third-party software that the benchmarks use. Sourced by run.sh.
# shellcheck shell=bash disable=SC2034

# Go modules: the package of the command and its version.
# Debian's skopeo and registry are used if their modules are unavailable.
CRANE=(github.com/google/go-containerregistry/cmd/crane v0.22.1)
REGCTL=(github.com/regclient/regclient/cmd/regctl v0.11.7)
REGSYNC=(github.com/regclient/regclient/cmd/regsync v0.11.7)
SKOPEO=(github.com/containers/skopeo/cmd/skopeo v1.20.0)
DISTRIBUTION=(github.com/distribution/distribution/v3/cmd/registry v3.1.2)

# Builds without cgo and without the storage drivers that need C libraries.
SKOPEO_TAGS=containers_image_openpgp,exclude_graphdriver_btrfs,exclude_graphdriver_devicemapper

