import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { world, type World } from "../../support/world.ts";

const FILE = `version: 1
name: platform
targets:
  a: { ecr: {} }
  b: { ecr: { account: "111111111111" } }
  c: { ecr: { role: "arn:aws:iam::111111111111:role/mirror" } }
  d: { ecr: { account: "222222222222" } }
  e: { ecr: { account: "333333333333" } }
mirrors:
  - image: redis:7
`;
/** A machine without any AWS settings. */
const NO_AWS = {
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_EC2_METADATA_DISABLED: "true",
};

function errorsIn(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("Error ") || line.includes(" Error "));
}

async function without(place: World, command: string, environment: Record<string, string | undefined>) {
  const { code, stdout, stderr } = await place.run([command], { environment: { ...NO_AWS, ...environment } });
  return { code, text: stdout + stderr };
}

describe("five targets that cannot be opened", () => {
  for (const command of ["plan", "apply", "uris"]) {
    test(`for want of a Region and of credentials are one error of ${command}, which names both`, async (t) => {
      const place = await world(t, { "mirrors.yaml": FILE }, { images: ["redis:7"] });
      const { code, text } = await without(place, command, {});
      assert.equal(code, 1);
      assert.equal(errorsIn(text).length, 1, text);
      assert.match(text, /NO_REGION[^\n]*no Region is set; cannot \w+ AWS credentials: /);
      assert.match(text, /hint: [^\n]*AWS_REGION[^\n]*For the credentials, run `aws sso login`/);
    });
  }

  test("for want of a Region are one error without a word about credentials that are there", async (t) => {
    const place = await world(t, { "mirrors.yaml": FILE }, { images: ["redis:7"] });
    const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
    const { text } = await without(place, "plan", keys);
    assert.equal(errorsIn(text).length, 1, text);
    assert.match(text, /NO_REGION[^\n]*no Region is set\n/);
    assert.match(text, /-> a, b, c, d, e\n/);
    assert.doesNotMatch(text, /credentials/);
  });

  test("leave nothing to apply, and the report does not repeat the error", async (t) => {
    const place = await world(t, { "mirrors.yaml": FILE }, { images: ["redis:7"] });
    const { text } = await without(place, "apply", {});
    assert.match(text, /no target could be read/);
    assert.doesNotMatch(text, /Failed:|0 done|Plan: 0/);
  });

  test("do not hide a target that can be read", async (t) => {
    const place = await world(t, {}, { images: ["redis:7"] });
    await writeFile(join(place.folder, "mirrors.yaml"), FILE.replace(/d: .*/, "d: { layout: ./out }"));
    const { code, text } = await without(place, "apply", {});
    assert.equal(code, 1);
    assert.equal(errorsIn(text).length, 2, "one in the plan and one in the report");
    assert.match(text, /Failed: target a, target b, target c, target e\n/);
    assert.match(text, /1 done, 4 failed/);
  });
});

describe("sources are not asked for what no open target can use", () => {
  const rule = "  - image: nginx\n    tags: { match: '1.*' }\n";
  const IMAGES = { images: ["redis:7", "nginx:1.1", "node:1.2"] };
  const asked = ({ sandbox }: World) =>
    [...sandbox.dockerHub.registry.requests, ...sandbox.dockerHub.catalogue.requests].map(({ path }) => path);

  for (const command of ["plan", "apply"]) {
    test(`by ${command}, without any open target`, async (t) => {
      const place = await world(t, { "mirrors.yaml": FILE + rule }, IMAGES);
      const { code, text } = await without(place, command, {});
      assert.equal(code, 1);
      assert.equal(errorsIn(text).length, 1, text);
      assert.deepEqual(asked(place), []);
    });
  }

  test("by plan, for locked tags that may have moved", async (t) => {
    const place = await world(t, { "mirrors.yaml": FILE + rule }, IMAGES);
    assert.equal((await place.run(["lock"])).code, 0);
    const before = asked(place).length;
    const { code } = await without(place, "plan", {});
    assert.equal(code, 1);
    assert.deepEqual(asked(place).slice(before), []);
  });

  test("for the entries of a target that is not open beside one that is", async (t) => {
    const targets = "targets: { out: { layout: ./out }, a: { ecr: {} } }";
    const entries = ["nginx", "node"].map(
      (name, i) => `  - image: ${name}\n    tags: { match: '1.*' }\n    targets: [${i === 0 ? "a" : "out"}]\n`,
    );
    const file = `version: 1\nname: platform\n${targets}\nmirrors:\n${entries.join("")}`;
    const place = await world(t, { "mirrors.yaml": file }, IMAGES);
    const { code, text } = await without(place, "apply", {});
    assert.equal(code, 1);
    assert.match(text, /1 done, 1 failed/);
    assert.ok(asked(place).some((path) => path.includes("node")));
    assert.deepEqual(
      asked(place).filter((path) => path.includes("nginx")),
      [],
    );
  });
});

test("images of a source that is down are one error of plan, of the report and of lock", async (t) => {
  const images = ["a", "b", "c"].map((name) => `  - image: 127.0.0.1:1/${name}:1\n`).join("");
  const file = `version: 1\nname: platform\ntargets: { out: { layout: ./out } }\nmirrors:\n${images}`;
  const place = await world(t, { "mirrors.yaml": file });
  const applied = await place.run(["apply"]);
  assert.equal(applied.code, 1);
  assert.equal(errorsIn(applied.stdout).length, 2, applied.stdout);
  assert.match(applied.stdout, /cannot look up manifest 127\.0\.0\.1:1\/a:1 and 2 others: /);
  assert.equal([...applied.stdout.matchAll(/could not be read: UNREACHABLE, as above/g)].length, 2);
  assert.match(applied.stdout, /Failed: a:1, b:1, c:1\n/);
  const locked = await place.run(["lock"]);
  assert.equal(errorsIn(locked.stdout + locked.stderr).length, 1);
  assert.match(locked.stdout, /images: 127\.0\.0\.1:1\/a:1, 127\.0\.0\.1:1\/b:1, 127\.0\.0\.1:1\/c:1\n/);
});
