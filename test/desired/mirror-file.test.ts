import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { listedImages } from "../../src/desired/entries/desired-entry.ts";
import { formatReference } from "../../src/oci/reference.ts";
import { readMirrorFile, type MirrorFile } from "../../src/desired/mirror-file.ts";
import { accepted, around, refused, refusedAs } from "./mirror-file-in-folder.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;

/** Formats each image at one target as `source -> repository:tag`. */
function at(file: MirrorFile, target: string): string[] {
  return listedImages(file.entries)
    .filter((image) => image.target === target)
    .map((image) => `${formatReference(image.source)} -> ${image.repository}:${image.tag}`);
}

describe("an entry", () => {
  test("with a tag goes to `to` at every target", async () => {
    const file = await accepted(around("  - { image: python:3.7-slim-buster, to: python37_slim_buster:latest }"));
    const expected = ["docker.io/library/python:3.7-slim-buster -> python37_slim_buster:latest"];
    assert.deepEqual(at(file, "main"), expected);
    assert.deepEqual(at(file, "other"), expected);
  });

  test("with a digest gets its tag from `to`", async () => {
    const file = await accepted(around(`  - image: python@${DIGEST}\n    to: python37_slim_buster:latest`));
    assert.deepEqual(at(file, "main"), [`docker.io/library/python@${DIGEST} -> python37_slim_buster:latest`]);
  });

  test("with a tag and a digest keeps both, and its tag replaces {tag}", async () => {
    const file = await accepted(around(`  - { image: "redis:7.2@${DIGEST}", to: "cache/{name}:{tag}" }`));
    assert.deepEqual(at(file, "main"), [`docker.io/library/redis:7.2@${DIGEST} -> cache/redis:7.2`]);
  });

  test("without `to` keeps its repository, without library/, and its tag", async () => {
    const file = await accepted(around("  - image: node:22\n  - image: grafana/grafana:11.2.0"));
    assert.deepEqual(at(file, "main"), [
      "docker.io/library/node:22 -> node:22",
      "docker.io/grafana/grafana:11.2.0 -> grafana/grafana:11.2.0",
    ]);
  });

  test("without a tag means latest, as for docker pull", async () => {
    const file = await accepted(around("  - image: node"));
    assert.deepEqual(at(file, "main"), ["docker.io/library/node:latest -> node:latest"]);
  });

  test("with a list of tags has one image per tag, in the order of the list", async () => {
    const file = await accepted(around("  - { image: node, tags: [22-alpine, 1.10], to: mirror/node }"));
    assert.deepEqual(at(file, "main"), [
      "docker.io/library/node:22-alpine -> mirror/node:22-alpine",
      "docker.io/library/node:1.10 -> mirror/node:1.10",
    ]);
  });

  test("goes only to the targets that it lists", async () => {
    const file = await accepted(around("  - { image: node:22, targets: [other] }"));
    assert.deepEqual(at(file, "main"), []);
    assert.equal(at(file, "other").length, 1);
  });

  test("fills every placeholder", async () => {
    const to = '"{registry}/{repository}/{namespace}-{name}:x-{tag}"';
    const file = await accepted(around(`  - { image: ghcr.io/a/b/c:1, to: ${to} }`));
    assert.deepEqual(at(file, "main"), ["ghcr.io/a/b/c:1 -> ghcr.io/a/b/c/a/b-c:x-1"]);
  });

  test("has the default `refresh: always`", async () => {
    const file = await accepted(around("  - image: node:22\n  - { image: ruby:2.7, refresh: missing }"));
    assert.deepEqual(
      listedImages(file.entries).map(({ refresh }) => refresh),
      ["always", "always", "missing", "missing"],
    );
  });

  test("has its order and its position in the file", async () => {
    const file = await accepted(around("  - image: node:22\n  - image: ruby\n    tags:\n      - 2.7"));
    assert.deepEqual(
      listedImages(file.entries).map(({ order, at: { line, column } }) => [order, line, column]),
      [
        [0, 8, 12],
        [1, 8, 12],
        [2, 11, 9],
        [3, 11, 9],
      ],
    );
  });
});

test("targets are in file order, even if their names are numbers", async () => {
  const file = await accepted(`version: 1
name: example
targets:
  b: { ecr: { region: us-east-1, account: "012345678901", profile: p, role: "arn:aws:iam::123456789012:role/a/mirror" } }
  2: { oci: "https://Registry.example.com:5000/team/" }
  1: { oci: "http://localhost:5000" }
mirrors: [{ image: node }]
`);
  assert.deepEqual(file.targets, [
    {
      name: "b",
      kind: "ecr",
      ecr: {
        region: "us-east-1",
        account: "012345678901",
        profile: "p",
        role: "arn:aws:iam::123456789012:role/a/mirror",
      },
    },
    { name: "2", kind: "oci", endpoint: new URL("https://registry.example.com:5000"), prefix: "team" },
    { name: "1", kind: "oci", endpoint: new URL("http://localhost:5000"), prefix: "" },
  ]);
});

test("sources are stored by the canonical name of their registry", async () => {
  const file = await accepted(
    around("  - image: node\n  - image: ghcr.io/org/app").replace(
      "mirrors:",
      "sources:\n  index.docker.io: { concurrency: 3 }\n  Ghcr.io: { endpoint: 'https://cache.example.com/' }\nmirrors:",
    ),
  );
  assert.deepEqual(
    [...file.sources],
    [
      ["docker.io", { concurrency: 3 }],
      ["ghcr.io", { endpoint: "https://cache.example.com" }],
    ],
  );
});

test("reads a source's reserve and alternates, with the default `only: [library/*]`", async () => {
  const alternates =
    "[{ registry: public.ecr.aws/docker }, { registry: mirror.gcr.io, only: ['library/*', bitnami/*] }]";
  const sources = `sources:\n  docker.io: { reserve: 20, alternates: ${alternates} }\nmirrors:`;
  const file = await accepted(around("  - image: node").replace("mirrors:", sources));
  assert.deepEqual(file.sources.get("docker.io"), {
    reserve: 20,
    alternates: [
      { registry: "public.ecr.aws", prefix: "docker", only: ["library/*"] },
      { registry: "mirror.gcr.io", prefix: "", only: ["library/*", "bitnami/*"] },
    ],
  });
});

test("a byte order mark and CRLF have no effect", async () => {
  const text = around('  - image: node\n    tags: [1.10, "20"]');
  const [plain, marked] = [await accepted(text), await accepted(`\uFEFF${text.replaceAll("\n", "\r\n")}`)];
  assert.deepEqual(listedImages(marked.entries), listedImages(plain.entries));
});

test("refuses a file without content or entries", async () => {
  const empty =
    'EMPTY - the file is empty (declare "version", "name", "targets" and "mirrors", or run `mirrorform init IMAGE...`)';
  assert.deepEqual(await refusedAs(""), [empty]);
  assert.deepEqual(await refusedAs("# nothing\n"), [empty]);
  assert.deepEqual(await refusedAs(around("  []")), [
    'EMPTY 8:3 "mirrors" must not be empty (write mirrors: [{ image: python:3.12-slim }], or a list with one entry for each image)',
  ]);
  assert.deepEqual(await refusedAs(around("")), [
    "EMPTY 7:1 expected a list, found nothing (write one entry on each line: - image: python:3.12-slim)",
  ]);
});

test("refuses a file that is too large, not text, missing, or a folder", async () => {
  assert.match(
    (await refusedAs(`${around("  - image: node")}#${"x".repeat(1024 * 1024)}`)).join(),
    /^INVALID_FILE - .*1048576 bytes/,
  );
  assert.match((await refusedAs(Buffer.from([0x61, 0xff, 0xfe]))).join(), /^YAML_SYNTAX - .*UTF-8/);
  const missing = await readMirrorFile(join(import.meta.dirname, "no-such.yaml"), { environment: {} });
  assert.ok("problems" in missing);
  assert.equal(missing.problems[0]?.code, "FILE_UNREADABLE");
  const folder = await readMirrorFile(import.meta.dirname, { environment: {} });
  assert.ok("problems" in folder);
  assert.equal(folder.problems[0]?.code, "FILE_UNREADABLE");
});

test("reports the first 200 problems and counts the rest", async () => {
  const keys = Array.from({ length: 500 }, (_, index) => `key${index}: x`).join("\n");
  const problems = await refused(`${around("  - image: node")}${keys}\n`);
  assert.equal(problems.length, 201);
  assert.equal(problems.at(-1)?.message, "and 300 more problems");
  assert.equal(problems.at(-1)?.omitted, 300);
});

test("limits the number of images, counted at each target", async () => {
  const targets = Array.from({ length: 100 }, (_, index) => `  t${index}: { oci: "http://h${index}" }`).join("\n");
  const tags = Array.from({ length: 1001 }, (_, index) => `t${index}`).join(",");
  const text = `version: 1\nname: x\ntargets:\n${targets}\nmirrors:\n  - image: node\n    tags: [${tags}]\n`;
  assert.match((await refusedAs(text)).join(), /more than 100000 images/);
});

test("reports only the first problems of a megabyte of bad entries in one line", async () => {
  const problems = await refused(around(`  [${"{ imag: A },".repeat(80_000)}]`));
  assert.equal(problems.length, 201);
});
