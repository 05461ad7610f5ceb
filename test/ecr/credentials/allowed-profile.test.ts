import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { checkProfile } from "../../../src/ecr/credentials/allowed-profile.ts";
import { world } from "../../support/world.ts";

const REFUSED = { code: "NO_CREDENTIALS", side: "credentials", reference: "profile prod", hint: /MIRRORFORM_PROFILES/ };

describe("a mirror file may name", () => {
  for (const environment of [
    {},
    { CI: "false" },
    { CI: "" },
    { MIRRORFORM_PROFILES: "dev, prod" },
    { CI: "true", MIRRORFORM_PROFILES: "prod" },
    { GITHUB_ACTIONS: "true", MIRRORFORM_PROFILES: "*" },
  ]) {
    test(`a profile with ${JSON.stringify(environment)}`, () => checkProfile("prod", environment));
  }
});

describe("a mirror file may not name", () => {
  for (const environment of [
    { CI: "true" },
    { CI: "1" },
    { GITHUB_ACTIONS: "true" },
    { GITLAB_CI: "true" },
    { CODEBUILD_BUILD_ID: "mirrors:1" },
    { MIRRORFORM_PROFILES: "" },
    { MIRRORFORM_PROFILES: "dev,production" },
    { CI: "true", MIRRORFORM_PROFILES: "dev" },
  ]) {
    test(`a profile with ${JSON.stringify(environment)}`, () => {
      assert.throws(() => checkProfile("prod", environment), REFUSED);
    });
  }
});

describe("the credential_process of a profile", () => {
  const FILE = `
version: 1
name: platform
targets: { main: { ecr: { region: us-east-1, profile: runner } } }
mirrors: [{ image: redis:7 }]
`;

  /** Plans with a profile whose command leaves a file behind. */
  async function plan(t: TestContext, more: Record<string, string>) {
    const place = await world(t, { "mirrors.yaml": FILE }, { images: ["redis:7"] });
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...environment } = place.sandbox.environment;
    const answer = JSON.stringify({
      Version: 1,
      AccessKeyId: AWS_ACCESS_KEY_ID,
      SecretAccessKey: AWS_SECRET_ACCESS_KEY,
    });
    const [command, trace] = [join(place.folder, "keys.sh"), join(place.folder, "ran")];
    await writeFile(command, `#!/bin/sh\ntouch ${trace}\nprintf %s '${answer}'\n`);
    await chmod(command, 0o755);
    await writeFile(join(place.folder, "config"), `[profile runner]\ncredential_process = ${command}\n`);
    const own = { ...environment, AWS_CONFIG_FILE: join(place.folder, "config"), AWS_ACCESS_KEY_ID: undefined };
    const ran = await place.start(["plan"], { environment: { ...own, AWS_SECRET_ACCESS_KEY: undefined, ...more } });
    return { ...ran, hasRun: existsSync(trace) };
  }

  test("runs for a user at a desk", async (t) => {
    const { code, stdout, hasRun } = await plan(t, {});
    assert.equal(code, 0, stdout);
    assert.ok(hasRun);
  });

  test("does not run in CI, where a pull request could have named the profile", async (t) => {
    const { code, stdout, hasRun } = await plan(t, { CI: "true" });
    assert.equal(code, 1);
    assert.match(stdout, /NO_CREDENTIALS[^]*the mirror file may not name this profile in CI: MIRRORFORM_PROFILES/);
    assert.ok(!hasRun);
  });

  test("runs in CI if the operator allows the profile", async (t) => {
    const { code, stdout, hasRun } = await plan(t, { CI: "true", MIRRORFORM_PROFILES: "runner" });
    assert.equal(code, 0, stdout);
    assert.ok(hasRun);
  });
});
