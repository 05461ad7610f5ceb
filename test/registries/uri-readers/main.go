// Reads a file that `mirrorform uris` wrote, with the code of the program that the file is for, and prints its values as
// JSON.
//
//	uri-readers FORMAT FILE
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/docker/cli/pkg/kvfile"
	"github.com/hashicorp/hcl/v2/hclparse"
)

var readers = map[string]func(file string) (map[string]string, error){
	"docker-compose": func(file string) (map[string]string, error) { return dotenv.Read(file) },
	"docker-run":     readEnvFile,
	"terraform":      readVariables,
}

func main() {
	if len(os.Args) != 3 || readers[os.Args[1]] == nil {
		fail(fmt.Errorf("usage: uri-readers docker-compose|docker-run|terraform FILE"))
	}
	values, err := readers[os.Args[1]](os.Args[2])
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(values); err != nil {
		fail(err)
	}
}

// Reads a file for `docker run --env-file`.
func readEnvFile(file string) (map[string]string, error) {
	lines, err := kvfile.Parse(file, os.LookupEnv)
	values := map[string]string{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		values[name] = value
	}
	return values, err
}

// Reads the map `mirrorform_uris` of a .tfvars file as Terraform does: attributes without variables or functions.
func readVariables(file string) (map[string]string, error) {
	parsed, diagnostics := hclparse.NewParser().ParseHCLFile(file)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	attributes, diagnostics := parsed.Body.JustAttributes()
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	uris := attributes["mirrorform_uris"]
	if uris == nil {
		return nil, fmt.Errorf("%s does not set mirrorform_uris", file)
	}
	value, diagnostics := uris.Expr.Value(nil)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	values := map[string]string{}
	for name, element := range value.AsValueMap() {
		values[name] = element.AsString()
	}
	return values, nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
