import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { DOCKER_LIST, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { world, type World } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets: { main: { layout: ./mirror } }
mirrors:
  - image: registry.example.com/team/good:1
  - image: registry.example.com/team/long:1
  - image: registry.example.com/team/nested:1
  - image: registry.example.com/team/list:1
    platforms: [linux/amd64]
`;

const LONG = `application/${"😀".repeat(950_000)}`;
const nested = (levels: number): string => `${"[".repeat(levels)}1${"]".repeat(levels)}`;

/** What a registry serves for a repository, and how it names the type. */
const ANSWERS: Readonly<Record<string, { type: string; body: string }>> = {
  "team/long": { type: "application/json", body: `{"mediaType":${JSON.stringify(LONG)},"layers":[]}` },
  "team/nested": { type: OCI_MANIFEST, body: `{"schemaVersion":2,"mediaType":${nested(500_000)},"layers":[]}` },
  "team/list": {
    type: DOCKER_LIST,
    body: JSON.stringify({
      schemaVersion: 2,
      manifests: ["a", "b"].map((name) => ({
        mediaType: OCI_MANIFEST,
        digest: digestOf(Buffer.from(name)),
        size: 1,
        platform: { os: name.repeat(900_000), architecture: "x".repeat(900_000) },
      })),
    }),
  },
};

async function hostile(t: TestContext): Promise<World> {
  const names = ["good", "long", "nested", "list"].map((name) => `registry.example.com/team/${name}:1`);
  const place = await world(
    t,
    { "mirrors.yaml": FILE },
    { images: names, imageOptions: { layers: 1, layerBytes: 64 } },
  );
  const { server } = place.sandbox.registries.get("registry.example.com") ?? assert.fail();
  server.onRequest = ({ path, method }) => {
    const repository = Object.keys(ANSWERS).find((name) => path.includes(`/${name}/manifests/`));
    const answer = repository === undefined ? undefined : ANSWERS[repository];
    if (answer === undefined) return undefined;
    const headers = {
      "content-type": answer.type,
      "content-length": String(Buffer.byteLength(answer.body)),
      // Without a digest, mirrorform reads the manifest while it plans.
      ...(repository === "team/long" ? {} : { "docker-content-digest": digestOf(Buffer.from(answer.body)) }),
    };
    return { kind: "answer", answer: { status: 200, headers, body: method === "HEAD" ? "" : answer.body } };
  };
  return place;
}

/** If these fail, one image of a pull request hides all rows from the reviewers, or fills the log. */
describe("a registry with megabytes of text and nesting in a manifest", { concurrency: 2 }, () => {
  test("spoils only its own row of a plan", async (t) => {
    const place = await hostile(t);
    const { code, stdout, stderr } = await place.start(["plan", "--markdown", "plan.md", "--json-out", "plan.json"]);
    assert.equal(code, 1, stderr);
    const page = await readFile(join(place.folder, "plan.md"), "utf8");
    for (const text of [stdout, page]) {
      assert.match(text, /team\/good/);
      assert.match(text, /MEDIA\\?_TYPE\\?_UNSUPPORTED(?:.|\n +)*\(950012\s+characters\)/);
      assertShort(text);
    }
    assertShort(await readFile(join(place.folder, "plan.json"), "utf8"));
  });

  test("fails its own actions of an apply, with the reason", async (t) => {
    const place = await hostile(t);
    const { code, stdout, stderr } = await place.start(["apply", "--report", "report.json", "--events", "events.json"]);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /done +team\/good:1/);
    assert.match(stdout, /MANIFEST_INVALID(?:.|\n +)*team\/nested(?:.|\n +)*nested\s+too\s+deeply/);
    assert.match(stdout, /PLATFORM_MISSING(?:.|\n +)*team\/list(?:.|\n +)*it\s+names\s+no\s+platforms/);
    assert.doesNotMatch(stdout + stderr, /INTERNAL|RangeError/);
    assertShort(stdout + stderr);
    assertShort(await readFile(join(place.folder, "report.json"), "utf8"));
    assertShort(await readFile(join(place.folder, "events.json"), "utf8"));
  });
});

/** Every line is short, and no run of the registry's characters is longer than the limit. */
function assertShort(text: string): void {
  assert.ok(Math.max(...text.split("\n").map((line) => line.length)) < 2500);
  assert.ok(
    Math.max(0, ...[...text.matchAll(/(?:😀)+|a{20,}|b{20,}|x{20,}|\[{20,}/gu)].map(([run]) => run.length)) <= 300,
  );
  assert.ok(text.isWellFormed());
}
