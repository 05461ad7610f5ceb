// Prints the images that BuildKit asks for when it builds every stage of Dockerfiles, as JSON:
// {"FILE": {"images": [...], "error": "..."}}. Without a network: every image is answered with an empty configuration.
//
//	dockerfile-images FILE...
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

type result struct {
	Images []string `json:"images"`
	// The frontend that `# syntax=` names.
	Syntax string `json:"syntax,omitempty"`
	Error  string `json:"error,omitempty"`
}

// Remembers the name of each image that it is asked for.
type recorder struct {
	mutex sync.Mutex
	names []string
}

func (r *recorder) ResolveImageConfig(_ context.Context, name string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.names = append(r.names, name)
	return name, "", []byte("{}"), nil
}

func read(file string) result {
	content, err := os.ReadFile(file)
	if err != nil {
		return result{Error: err.Error()}
	}
	asked := &recorder{}
	platform := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	_, _, _, _, err = dockerfile2llb.Dockerfile2LLB(context.Background(), content, dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{BuildPlatforms: []ocispecs.Platform{platform}},
		TargetPlatform: &platform,
		MetaResolver:   asked,
		AllStages:      true,
	})
	slices.Sort(asked.names)
	syntax, _, _, _ := parser.DetectSyntax(content)
	found := result{Images: slices.Compact(asked.names), Syntax: syntax}
	if err != nil {
		found.Error = err.Error()
	}
	return found
}

func main() {
	results := map[string]result{}
	for _, file := range os.Args[1:] {
		results[file] = read(file)
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
