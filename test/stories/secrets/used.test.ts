import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const ACCOUNT = { username: "mirror-bot", password: "pa:ss-word-91c3" };

describe("secrets", () => {
  test("are used, but not shown in text, JSON, --verbose or an error", async (t) => {
    const options = { images: ["redis:7", "nginx:1"], accounts: [ACCOUNT] };
    const { sandbox, run } = await world(t, { "mirrors.yaml": TWO_IMAGES }, options);
    const { host } = sandbox.dockerHub.registry;
    const auth = Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString("base64");
    const environment = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { auth } } }) };
    const shown: string[] = [];
    for (const args of [
      ["plan", "--verbose"],
      ["apply", "--verbose"],
      ["apply", "--json", "--verbose"],
    ]) {
      const { code, stdout, stderr } = await run(args, { environment });
      assert.equal(code, 0, stderr);
      shown.push(stdout, stderr);
    }
    sandbox.ecr.deny(["ecr:BatchGetImage"]);
    const denied = await run(["apply", "--verbose"], { environment });
    assert.equal(denied.code, 1);
    shown.push(denied.stdout, denied.stderr);

    const wrong = {
      DOCKER_AUTH_CONFIG: environment.DOCKER_AUTH_CONFIG.replace(
        auth,
        Buffer.from("mirror-bot:wr0ng-9").toString("base64"),
      ),
    };
    sandbox.ecr.deny([]);
    sandbox.dockerHub.publish("library/redis", "7", { revision: 2 });
    const refused = await run(["apply", "--verbose"], { environment: wrong });
    assert.equal(refused.code, 1);
    shown.push(refused.stdout, refused.stderr);

    const all = shown.join("\n");
    assert.match(all, /GET 127\.0\.0\.1:\d+ \/v2\//, "--verbose shows requests");
    const password = Buffer.from("AWS:").toString("base64").slice(0, 4);
    const secrets = [
      ACCOUNT.password,
      auth,
      "wr0ng-9",
      sandbox.environment["AWS_SECRET_ACCESS_KEY"] ?? "no key",
      "sandbox-token-",
      "Bearer ",
      `Basic ${password}`,
      "Signature=",
    ];
    for (const secret of secrets) assert.equal(all.includes(secret), false, `${secret} was shown`);
  });

  test("of a registry are sent only to that registry and its token server", async (t) => {
    const options = { images: ["redis:7", "nginx:1"], accounts: [ACCOUNT] };
    const { sandbox, run } = await world(t, { "mirrors.yaml": TWO_IMAGES }, options);
    const { registry, auth: tokens, cdn, catalogue } = sandbox.dockerHub;
    const auth = Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString("base64");
    const environment = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { auth } } }) };
    const { code, stdout } = await run(["apply"], { environment });
    assert.equal(code, 0);
    assert.match(stdout, /\(signed in\)/, "the pull limit is that of the account");
    const schemes = (server: typeof registry) => [
      ...new Set(server.requests.map(({ authorization }) => authorization)),
    ];
    assert.deepEqual(schemes(tokens), ["basic"]);
    assert.deepEqual(new Set(schemes(registry)), new Set([undefined, "bearer"]));
    assert.deepEqual(schemes(cdn), [undefined]);
    assert.deepEqual(schemes(catalogue), [undefined]);
  });

  test("of Docker Hub are not sent to a custom endpoint for it", async (t) => {
    const options = { images: ["redis:7", "nginx:1"], accounts: [ACCOUNT] };
    const { sandbox, run } = await world(t, { "mirrors.yaml": TWO_IMAGES }, options);
    const auth = Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString("base64");
    const environment = {
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "https://index.docker.io/v1/": { auth } } }),
      MIRRORFORM_USERNAME_DOCKER_IO: ACCOUNT.username,
      MIRRORFORM_PASSWORD_DOCKER_IO: ACCOUNT.password,
    };
    assert.equal((await run(["apply"], { environment })).code, 0);
    const { registry, auth: tokens } = sandbox.dockerHub;
    const schemes = [...registry.requests, ...tokens.requests].map(({ authorization }) => authorization);
    assert.equal(schemes.includes("basic"), false);
  });
});
