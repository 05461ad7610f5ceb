import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { accepted, refusedAs } from "../mirror-file-in-folder.ts";

function file(targets: string, more = "", mirrors = "  - image: redis:7"): string {
  return `version: 1\nname: example\ntargets:\n${targets}\n${more}mirrors:\n${mirrors}\n`;
}

describe("a layout in the mirror file", () => {
  test("is a path below the file's folder, for a target and for a source", async () => {
    const { targets, sources, path } = await accepted(
      file("  disk: { layout: ./out//mirror/ }", "sources: { Docker.IO: { layout: carried/docker.io } }\n"),
    );
    const base = path.slice(0, path.lastIndexOf("/"));
    assert.deepEqual(targets, [{ name: "disk", kind: "layout", base, path: "out/mirror" }]);
    assert.deepEqual(sources.get("docker.io"), { layout: { base, path: "carried/docker.io" } });
  });

  for (const path of ["/etc", "../out", "a/../../b", ".", "..", "a\\b", "a/.."]) {
    test(`cannot be ${JSON.stringify(path)}, which is not below the folder`, async () => {
      const quoted = JSON.stringify(path);
      const [target] = await refusedAs(file(`  disk: { layout: ${quoted} }`));
      assert.match(
        target ?? "",
        /^INVALID_FILE 4:19 layout .* is not below the mirror file's folder \(write a relative/,
      );
      const [source] = await refusedAs(file("  a: { ecr: {} }", `sources: { ghcr.io: { layout: ${quoted} } }\n`));
      assert.match(source ?? "", /^INVALID_FILE 5:31 layout /);
    });
  }

  test("cannot contain a colon, where skopeo expects a tag", async () => {
    const [problem] = await refusedAs(file('  disk: { layout: "a:b" }'));
    assert.match(problem ?? "", /"a:b" is not a valid layout path \(write a path without ":"/);
  });

  test("is one of three kinds of target, and a target has exactly one", async () => {
    const none = await refusedAs(file("  disk: { repositories: {} }"));
    assert.match(none[0] ?? "", /exactly one of "ecr", "oci" and "layout", but this one has none/);
    for (const two of [
      "layout: ./a, ecr: {}",
      'layout: ./a, oci: "https://a.example"',
      'ecr: {}, oci: "https://a.example"',
    ]) {
      const [problem] = await refusedAs(file(`  disk: { ${two} }`));
      assert.match(problem ?? "", /exactly one of "ecr", "oci" and "layout", but this one has more than one/);
    }
  });

  test("cannot have repository settings, and ignores those of entries", async () => {
    const [problem] = await refusedAs(file("  disk: { layout: ./a, repositories: { scanOnPush: true } }"));
    assert.match(problem ?? "", /"repositories" is allowed only in an ecr target, but this target is of kind "layout"/);
    const entry = "  - { image: redis:7, repositories: { scanOnPush: true } }";
    const [image] = listedImages((await accepted(file("  disk: { layout: ./a }", "", entry))).entries);
    assert.deepEqual(image?.settings, {});
  });

  test("is the same target in any spelling, and each of its tags gets one image", async () => {
    const [same] = await refusedAs(file("  one: { layout: ./a }\n  two: { layout: a/ }"));
    assert.match(same ?? "", /"two" is the same target as "one" on line 4/);
    const nested = file(
      "  one: { layout: ./a }\n  two: { layout: ./a/b }",
      "",
      "  - { image: redis:7, to: b/x }\n  - { image: nginx:7, to: x }",
    );
    const problems = await refusedAs(nested);
    assert.match(problems[0] ?? "", /would both go to "x:7"/);
  });

  test("cannot contain a repository inside the content of another", async () => {
    for (const to of ["app/blobs", "blobs/x", "app/index.json", "oci-layout"]) {
      const [problem] = await refusedAs(file("  disk: { layout: ./a }", "", `  - { image: redis:7, to: ${to} }`));
      assert.match(problem ?? "", /cannot be a repository in a layout: ".*" is a reserved name/);
      await accepted(file("  main: { ecr: {} }", "", `  - { image: redis:7, to: ${to} }`));
    }
  });

  test("cannot be combined with keys that configure requests to the registry", async () => {
    const sources = `sources:\n  docker.io:\n    layout: ./a\n    reserve: 20\n    endpoint: https://cache.example.com\n    concurrency: 2\n    alternates: [{ registry: public.ecr.aws/docker }]\n`;
    const problems = await refusedAs(file("  main: { ecr: {} }", sources));
    assert.deepEqual(
      problems.map((problem) => /"(\w+)" has no effect with "layout"/.exec(problem)?.[1]),
      ["reserve", "endpoint", "concurrency", "alternates"],
    );
  });
});
