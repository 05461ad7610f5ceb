import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { environmentSuffix } from "../../../src/oci/environment-suffix.ts";
import { TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";
import { assertSilent, filesOf } from "../../cli/secrets/all-outputs.ts";
import { configIn, helperIn, MARK, PASSWORD, USERNAME } from "../../cli/secrets/places.ts";

const account = { username: USERNAME, password: PASSWORD };
const OPTIONS = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 }, accounts: [account] };

test("a credential helper receives no other registry's password, and no command line contains a secret", async (t) => {
  const { sandbox, folder, run } = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
  const { host } = sandbox.dockerHub.registry;
  const record = join(folder, "seen");
  const answer = JSON.stringify({ Username: USERNAME, Secret: PASSWORD });
  await helperIn(
    folder,
    `{ cat /proc/*/cmdline | tr '\\0' '\\n'; echo ENVIRONMENT; env; } > ${record} 2> /dev/null; printf %s '${answer}'`,
  );
  const elsewhere = environmentSuffix("registry.example.com");
  const environment = {
    ...(await configIn(folder, { credHelpers: { [host]: "marked" } })),
    PATH: `${folder}:/usr/bin:/bin`,
    [`MIRRORFORM_USERNAME_${elsewhere}`]: USERNAME,
    [`MIRRORFORM_PASSWORD_${elsewhere}`]: `${MARK}-of-another`,
    DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "registry.example.com": { password: `${MARK}-of-another` } } }),
  };
  const { code, stdout, stderr } = await run(["apply", "--verbose"], { environment });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /\(signed in\)/);
  const seen = await readFile(record, "utf8");
  assert.match(seen, /docker-credential-marked[^]*ENVIRONMENT[^]*DOCKER_CONFIG=/);
  assertSilent(seen.replace(/^.*printf %s.*$/gm, ""));
  assertSilent([stdout, stderr].join("\n"));
});

/** A proxy may repeat its password from the request header. */
test("the password of a proxy is not shown, even if the proxy repeats it", async (t) => {
  const { createServer } = await import("node:http");
  const proxy = createServer((request, response) => {
    const headers = { "proxy-authenticate": "Basic" };
    response.writeHead(403, headers).end(`refused: Proxy-Authorization: ${request.headers["proxy-authorization"]}`);
  });
  proxy.on("connect", (request, socket) => {
    socket.end(`HTTP/1.1 407 Sign in\r\n\r\nnot ${request.headers["proxy-authorization"]}`);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const port = (proxy.address() as { port: number }).port;
  const url = `http://${USERNAME}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
  const images = "  - image: tls.example.com/one:1\n  - image: open.example.com/two:1\n";
  const { folder, run } = await world(t, { "mirrors.yaml": TWO_IMAGES + images }, OPTIONS);
  const environment = {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    MIRRORFORM_ENDPOINT_OPEN_EXAMPLE_COM: "http://open.example.com",
    MIRRORFORM_LOG: "log.txt",
  };
  const files = ["--out", "plan.json", "--markdown", "plan.md"];
  const { code, stdout, stderr } = await run(["plan", "--verbose", ...files], { environment });
  assert.equal(code, 1, stdout + stderr);
  assert.match(stdout, /answered 407[^]*answered 403|answered 403[^]*answered 407/);
  assertSilent([stdout, stderr, await filesOf(folder)].join("\n"));
});

test("an address with a password is refused without showing the password", async (t) => {
  const { folder, run } = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
  const wrong: Record<string, string>[] = [
    { MIRRORFORM_ENDPOINT_DOCKER_IO: `https://${USERNAME}:${MARK}@registry.example.com` },
    { HTTPS_PROXY: `http://${USERNAME}:${MARK}@proxy:port` },
    { AWS_ENDPOINT_URL_ECR: `http://${USERNAME}:${MARK}@ecr.example.com` },
    { DOCKER_AUTH_CONFIG: `{"auths": {"docker.io": {"auth": "${MARK}` },
  ];
  for (const environment of wrong) {
    const { code, stdout, stderr } = await run(["plan", "--verbose"], { environment });
    assert.notEqual(code, 0, Object.keys(environment).join());
    assertSilent(stdout + stderr);
  }
  for (const address of [`https://user:${MARK}@host.example.com`, `user:${MARK}@host.example.com:5000`]) {
    await writeFile(join(folder, "mirrors.yaml"), TWO_IMAGES.replace("ecr: {}", `oci: "${address}"`));
    const { code, stdout, stderr } = await run(["validate", "--json"]);
    assert.equal(code, 3);
    assertSilent(stdout + stderr);
  }
});
