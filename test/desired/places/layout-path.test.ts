import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";

import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { readMirrorFile } from "../../../src/desired/mirror-file.ts";
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
    test(`cannot be ${JSON.stringify(path)}, which is not below the folder or may not be`, async () => {
      const quoted = JSON.stringify(path);
      const [target] = await refusedAs(file(`  disk: { layout: ${quoted} }`));
      assert.match(
        target ?? "",
        /^INVALID_FILE 4:19 layout .* (?:below the mirror file's folder|below it|contains a backslash)/,
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

  for (const part of ["a", "a/b", "a/b/team", "a/b/team/app", "a/b/team/app/blobs", "a/b/team/app/index.json"]) {
    for (const to of ["elsewhere", "nowhere"]) {
      test(`cannot have a link at ${part}, for a target and for a source, even to ${to}`, async () => {
        const prepare = async (folder: string) => {
          await mkdir(join(folder, "elsewhere"));
          await mkdir(join(folder, part, ".."), { recursive: true });
          await symlink(join(folder, to), join(folder, part));
        };
        const image = "  - image: ghcr.io/team/app:1";
        const message = `"./${part}" is a symbolic link, and links in the path of a layout are not followed`;
        const hint = "(replace the link with the folder itself, or use another folder)";
        assert.deepEqual(await refusedAs(file("  disk: { layout: ./a/b }", "", image), { prepare }), [
          `INVALID_FILE 4:19 ${message} ${hint}`,
        ]);
        const sources = "sources: { GHCR.io: { layout: ./a/b } }\n";
        assert.deepEqual(await refusedAs(file("  main: { ecr: {} }", sources, image), { prepare }), [
          `INVALID_FILE 5:31 ${message} ${hint}`,
        ]);
      });
    }
  }

  test("cannot have a link at the short name of an official image, or for unfinished files", async () => {
    const link = (path: string) => async (folder: string) => {
      await mkdir(join(folder, "a"));
      await symlink("/etc", join(folder, path));
    };
    const sources = "sources: { docker.io: { layout: ./a } }\n";
    const [source] = await refusedAs(file("  main: { ecr: {} }", sources), { prepare: link("a/redis") });
    assert.match(source ?? "", /"\.\/a\/redis" is a symbolic link/);
    const [target] = await refusedAs(file("  disk: { layout: ./a }"), { prepare: link("a/.uploads") });
    assert.match(target ?? "", /"\.\/a\/\.uploads" is a symbolic link/);
    await accepted(file("  disk: { layout: ./a }"), { prepare: link("a/other") });
  });

  test("may be reached through a link that the user chose", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mirror-file-"));
    try {
      await mkdir(join(folder, "real"));
      await symlink("real", join(folder, "linked"));
      await writeFile(join(folder, "real/mirrors.yaml"), file("  disk: { layout: ./a }"));
      const result = await readMirrorFile(join(folder, "linked/mirrors.yaml"), { environment: {} });
      assert.ok("file" in result);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("cannot have repository settings, and ignores those of entries", async () => {
    const [problem] = await refusedAs(file("  disk: { layout: ./a, repositories: { scanOnPush: true } }"));
    assert.match(problem ?? "", /"repositories" is not allowed in a target of kind "layout"/);
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
