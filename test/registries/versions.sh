# Versions of the third-party software that test/registries uses. Sourced by run.sh.
# shellcheck shell=bash disable=SC2034

# Packages of Debian 12. run.sh prints the installed versions.
#   docker-registry 2.8.2, skopeo 1.9.3, umoci 0.4.7, runc 1.1.5
DEBIAN_PACKAGES=(docker-registry skopeo umoci runc tmux zsh fish ca-certificates tar gzip python3-venv)

# PyPI.
AWSCLI_VERSION=1.46.3
MOTO_VERSION=5.2.5

# Go module, needs Go 1.24 or newer. The suite has no releases, so the version is a commit.
CONFORMANCE_MODULE=github.com/opencontainers/distribution-spec/conformance
CONFORMANCE_VERSION=v0.0.0-20260831232431-97274622c111

# Go module: checks GitHub workflows.
ACTIONLINT_MODULE=github.com/rhysd/actionlint/cmd/actionlint
ACTIONLINT_VERSION=v1.7.12

# Go module. Keep the version in sync with bench/versions.sh.
CRANE_PACKAGE=github.com/google/go-containerregistry/cmd/crane
CRANE_VERSION=v0.22.1

# The content of the test image: Debian packages, one layer per line.
# The layer "base" contains all packages that Debian marks as required or essential.
IMAGE_ARCHITECTURES=(amd64 arm64)
IMAGE_LAYER_RUNTIME=(libpython3.11-minimal libpython3.11-stdlib python3.11-minimal ca-certificates openssl)
IMAGE_LAYER_TOOLS=(libicu72 libperl5.36 perl-modules-5.36)
# Increase this when the recipe changes, so that the cached image is rebuilt.
IMAGE_RECIPE=1
