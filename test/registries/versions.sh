# Every piece of foreign software that test/registries runs, with its version: the one place to change it.
# Read by the scripts beside it.
# shellcheck shell=bash disable=SC2034

# Debian 12's own packages. Their versions are Debian's; the run prints those it found.
#   docker-registry 2.8.2, skopeo 1.9.3, umoci 0.4.7
DEBIAN_PACKAGES=(docker-registry skopeo umoci tmux ca-certificates tar gzip python3-venv)

# PyPI.
AWSCLI_VERSION=1.46.3
MOTO_VERSION=5.2.5

# Go module, needs Go 1.24 or newer. The suite has no release of its own: a pseudo-version names the commit.
CONFORMANCE_MODULE=github.com/opencontainers/distribution-spec/conformance
CONFORMANCE_VERSION=v0.0.0-20260716174315-967efdc079b9

# Go module: reads GitHub's workflows.
ACTIONLINT_MODULE=github.com/rhysd/actionlint/cmd/actionlint
ACTIONLINT_VERSION=v1.7.12

# Go module, as bench/versions.sh has it.
CRANE_PACKAGE=github.com/google/go-containerregistry/cmd/crane
CRANE_VERSION=v0.22.1

# What the test image is made of: Debian packages, unpacked and never run, one layer a line.
# The layer "base" is every package that Debian calls required or essential.
IMAGE_ARCHITECTURES=(amd64 arm64)
IMAGE_LAYER_RUNTIME=(libpython3.11-minimal libpython3.11-stdlib python3.11-minimal ca-certificates openssl)
IMAGE_LAYER_TOOLS=(libicu72 libperl5.36 perl-modules-5.36)
# Raise it when the recipe changes: a cached image of another recipe is made anew.
IMAGE_RECIPE=1
