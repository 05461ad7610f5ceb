//go:build programs

// The programs that run.sh also builds from this module: go.mod lists what they need.
package main

import (
	_ "github.com/docker/buildx/cmd/buildx"
	_ "github.com/moby/buildkit/cmd/buildkitd"
)
