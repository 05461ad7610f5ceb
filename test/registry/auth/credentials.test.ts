import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { inspect } from "node:util";
import { MirrorError } from "../../../src/errors.ts";
import { dockerCredentials, type Credentials } from "../../../src/registry/auth/credentials.ts";
import type { Credential } from "../../../src/registry/auth/credential.ts";

const auth = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString("base64") });

interface Setting {
  home: string;
  credentials(environment?: Record<string, string>, helperTimeout?: number): Credentials;
  look(host: string, environment?: Record<string, string>): Promise<Credential | undefined>;
  /** Installs `docker-credential-<name>`, which logs each request. */
  helper(name: string, script: string): Promise<void>;
  helperLog(): Promise<string>;
}

async function setUp(t: TestContext, config?: object | string): Promise<Setting> {
  const home = await mkdtemp(join(tmpdir(), "mirrorform-credentials-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  await mkdir(join(home, ".docker"));
  await mkdir(join(home, "bin"));
  if (config !== undefined) {
    await writeFile(join(home, ".docker/config.json"), typeof config === "string" ? config : JSON.stringify(config));
  }
  const credentials: Setting["credentials"] = (environment = {}, helperTimeout = 100_000) =>
    dockerCredentials({
      environment: {
        PATH: `${join(home, "bin")}:${process.env["PATH"] ?? ""}`,
        LOG: join(home, "helper.log"),
        ...environment,
      },
      homeDirectory: home,
      helperTimeout,
    });
  return {
    home,
    credentials,
    look: (host, environment) => credentials(environment).lookup(host),
    async helper(name, script) {
      const path = join(home, "bin", `docker-credential-${name}`);
      await writeFile(path, `#!/bin/sh\nread -r server\necho "$* $server" >> "$LOG"\n${script}\n`);
      await chmod(path, 0o755);
    },
    helperLog: () => readFile(join(home, "helper.log"), "utf8"),
  };
}

test("without configuration there are no credentials", async (t) => {
  const { look } = await setUp(t);
  assert.equal(await look("ghcr.io"), undefined);
});

test("auths are decoded and split at the first colon", async (t) => {
  const { look } = await setUp(t, {
    auths: { "ghcr.io": auth("me:pass:with:colons"), "quay.io": { username: "u", password: "p" } },
  });
  assert.deepEqual(await look("ghcr.io"), { username: "me", password: "pass:with:colons" });
  assert.deepEqual(await look("quay.io"), { username: "u", password: "p" });
  assert.equal(await look("other.example"), undefined);
});

for (const key of [
  "https://index.docker.io/v1/",
  "index.docker.io",
  "docker.io",
  "registry-1.docker.io",
  "https://docker.io",
  "https://registry-1.docker.io/v2/",
  "https://auth.docker.io/token",
  "hub.docker.com",
  "https://www.docker.io",
]) {
  test(`Docker Hub's credentials are found under ${key}`, async (t) => {
    const { look } = await setUp(t, { auths: { [key]: auth("me:pw") } });
    assert.deepEqual(await look("docker.io"), { username: "me", password: "pw" });
    assert.equal(await look("127.0.0.1:5000"), undefined);
  });
}

for (const key of [
  "https://reg.example:5000",
  "http://reg.example:5000/v2/",
  "REG.example:5000",
  "reg.example:5000/team",
]) {
  test(`the key ${key} is only for reg.example:5000`, async (t) => {
    const { look } = await setUp(t, { auths: { [key]: auth("me:pw") } });
    assert.deepEqual(await look("reg.example:5000"), { username: "me", password: "pw" });
    assert.equal(await look("reg.example"), undefined);
    assert.equal(await look("evil.reg.example:5000"), undefined);
  });
}

test("a key without a path takes precedence over one with a path", async (t) => {
  const { look } = await setUp(t, { auths: { "a.example/team": auth("team:1"), "a.example": auth("all:2") } });
  assert.deepEqual(await look("a.example"), { username: "all", password: "2" });
});

test("identity tokens are distinguished from passwords", async (t) => {
  const { look } = await setUp(t, {
    auths: { "a.example": { ...auth("00000000:x"), identitytoken: "refresh" }, "b.example": auth("<token>:refresh2") },
  });
  assert.deepEqual(await look("a.example"), { identityToken: "refresh" });
  assert.deepEqual(await look("b.example"), { identityToken: "refresh2" });
});

for (const entry of [{}, { auth: "" }, auth("nocolon"), auth(":x"), auth("user:"), { auth: 7 }, null, "x"]) {
  test(`the entry ${JSON.stringify(entry)} is not a credential`, async (t) => {
    const { look } = await setUp(t, { auths: { "a.example": entry } });
    assert.equal(await look("a.example"), undefined);
  });
}

test("a host named like a property of Object has no credentials", async (t) => {
  const { look } = await setUp(t, { auths: {} });
  assert.equal(await look("constructor"), undefined);
  assert.equal(await look("__proto__"), undefined);
});

test("$DOCKER_CONFIG is read instead of ~/.docker", async (t) => {
  const { look, home } = await setUp(t, { auths: { "a.example": auth("home:1") } });
  await writeFile(join(home, "config.json"), JSON.stringify({ auths: { "a.example": auth("other:2") } }));
  assert.deepEqual(await look("a.example", { DOCKER_CONFIG: home }), { username: "other", password: "2" });
});

test("mirrorform's variables take precedence over DOCKER_AUTH_CONFIG, which takes precedence over the file", async (t) => {
  const { look } = await setUp(t, { auths: { "a.example": auth("file:1"), "b.example": auth("file:1") } });
  const inline = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "a.example": auth("inline:2") } }) };
  const own = { MIRRORFORM_USERNAME_A_EXAMPLE: "own", MIRRORFORM_PASSWORD_A_EXAMPLE: "3" };
  assert.deepEqual(await look("a.example"), { username: "file", password: "1" });
  assert.deepEqual(await look("a.example", inline), { username: "inline", password: "2" });
  assert.deepEqual(await look("b.example", inline), { username: "file", password: "1" });
  assert.deepEqual(await look("a.example", { ...inline, ...own }), { username: "own", password: "3" });
});

test("a variable for one host is not used for a similar host", async (t) => {
  const { look } = await setUp(t);
  const own = { MIRRORFORM_USERNAME_A_EXAMPLE: "own", MIRRORFORM_PASSWORD_A_EXAMPLE: "3" };
  assert.equal(await look("a-example", own), undefined);
  assert.equal(await look("a:1", { MIRRORFORM_USERNAME_A_1: "own", MIRRORFORM_PASSWORD_A_1: "3" }), undefined);
});

test("only one of the two variables is an error that does not reveal its value", async (t) => {
  const { look } = await setUp(t);
  for (const [own, missing] of [
    [{ MIRRORFORM_USERNAME_DOCKER_IO: "own" }, /PASSWORD_DOCKER_IO is not/],
    [{ MIRRORFORM_PASSWORD_DOCKER_IO: "hunter2" }, /USERNAME_DOCKER_IO is not/],
  ] as const) {
    await assert.rejects(look("docker.io", own), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.equal(error.code, "NO_CREDENTIALS");
      assert.match(error.message, missing);
      assert.doesNotMatch(JSON.stringify(error) + error.message, /hunter2/);
      return true;
    });
  }
});

for (const text of ['{"auths": {"a.example": {"auth": "c2VjcmV0"', "[]", '"secret"', "7"]) {
  test(`a config.json with ${text} is an error that does not quote it`, async (t) => {
    const { look } = await setUp(t, text);
    await assert.rejects(look("a.example"), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.equal(error.code, "FILE_UNREADABLE");
      assert.equal(error.side, "credentials");
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /c2VjcmV0|secret/);
      return true;
    });
  });
}

for (const [what, text] of [
  ["keys in another case", '{"Auths":{"a.example":{"AUTH":"bWU6MQ=="}}}'],
  ["keys in another case, without `auth`", '{"AUTHS":{"a.example":{"UserName":"me","Password":"1"}}}'],
  ["the last of several spellings", '{"auths":{"a.example":{"auth":"eDp5","Auth":"bWU6MQ=="}}}'],
  ["several spellings of auths together", '{"auths":{"a.example":{"auth":"bWU6MQ=="}},"AUTHS":{"b.example":{}}}'],
  ["text after the object", '{"auths":{"a.example":{"auth":"bWU6MQ==","x":"}\\"{"}}} trailing {'],
  ["another object after the object", '{"auths":{"a.example":{"auth":"bWU6MQ=="}}}{"auths":{}}'],
] as const) {
  test(`a config.json with ${what} is read, as in Docker`, async (t) => {
    const { look } = await setUp(t, text);
    assert.deepEqual(await look("a.example"), { username: "me", password: "1" });
    const inline = await setUp(t);
    const environment = { DOCKER_AUTH_CONFIG: text };
    assert.deepEqual(await inline.look("a.example", environment), { username: "me", password: "1" });
  });
}

test("helpers are found in any case of their keys", async (t) => {
  const { look, helper } = await setUp(t, '{"CredsStore":"store","credhelpers":{"a.example":"own"}} text');
  await helper("store", `echo '{"Username":"store","Secret":"2"}'`);
  await helper("own", `echo '{"Username":"own","Secret":"3"}'`);
  assert.deepEqual(await look("a.example"), { username: "own", password: "3" });
  assert.deepEqual(await look("b.example"), { username: "store", password: "2" });
});

test("a website of Docker Hub does not hide its registry, and has no credentials of its own", async (t) => {
  const { look } = await setUp(t, {
    auths: {
      "hub.docker.com": auth("site:1"),
      "https://index.docker.io/v1/": auth("hub:2"),
      "github.com": auth("x:3"),
    },
  });
  assert.deepEqual(await look("docker.io"), { username: "hub", password: "2" });
  assert.equal(await look("ghcr.io"), undefined);
});

for (const text of [
  "",
  " \r\n\t",
  "\uFEFF",
  "null",
  "null {}",
  "{}",
  "{} x",
  '{"auths":null,"credHelpers":null,"credsStore":""}',
]) {
  test(`a config.json with ${JSON.stringify(text)} has no credentials, as in Docker`, async (t) => {
    const { look } = await setUp(t, text);
    assert.equal(await look("a.example"), undefined);
    assert.equal(await look("a.example", { DOCKER_AUTH_CONFIG: text }), undefined);
  });
}

test("an empty DOCKER_AUTH_CONFIG or DOCKER_CONFIG does not hide the file", async (t) => {
  const { look } = await setUp(t, { auths: { "a.example": auth("me:1") } });
  for (const value of ["", " ", "null", "{}"]) {
    assert.deepEqual(await look("a.example", { DOCKER_AUTH_CONFIG: value }), { username: "me", password: "1" });
  }
  assert.deepEqual(await look("a.example", { DOCKER_CONFIG: "" }), { username: "me", password: "1" });
});

test("an empty helper for a host turns the store off for it, as in Docker", async (t) => {
  const { look, helper } = await setUp(t, {
    auths: { "a.example": auth("auths:1") },
    credsStore: "store",
    credHelpers: { "a.example": "" },
  });
  await helper("store", `echo '{"Username":"store","Secret":"2"}'`);
  assert.deepEqual(await look("a.example"), { username: "auths", password: "1" });
  assert.deepEqual(await look("b.example"), { username: "store", password: "2" });
});

test("a helper gets the server on standard input", async (t) => {
  const { look, helper, helperLog } = await setUp(t, { credHelpers: { "a.example": "test" } });
  await helper("test", `echo '{"ServerURL":"a.example","Username":"me","Secret":"pw"}'`);
  assert.deepEqual(await look("a.example"), { username: "me", password: "pw" });
  assert.equal(await helperLog(), "get a.example\n");
});

const AWS_SECRETS = {
  AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "session",
  AWS_WEB_IDENTITY_TOKEN_FILE: "/tmp/token",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1/keys",
  AWS_CONTAINER_AUTHORIZATION_TOKEN: "token",
};

for (const [helper, how, seen] of [
  ["marked", { credsStore: "marked" }, "AWS_REGION=us-east-1"],
  ["marked", { credHelpers: { "reg.example": "marked" } }, "AWS_REGION=us-east-1"],
  ["ecr-login", { credHelpers: { "reg.example": "ecr-login" } }, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE"],
] as const) {
  test(`the helper ${helper} in ${Object.keys(how)[0]} gets ${seen}, and AWS credentials only if it is ECR's`, async (t) => {
    const { home, helper: install, look } = await setUp(t, how);
    await install(helper, `env > ${home}/seen\nprintf '{"Username":"u","Secret":"p"}'`);
    const found = await look("reg.example", { AWS_REGION: "us-east-1", ...AWS_SECRETS });
    assert.deepEqual(found, { username: "u", password: "p" });
    const lines = (await readFile(join(home, "seen"), "utf8")).split("\n");
    assert.ok(lines.includes(seen));
    const secrets = Object.entries(AWS_SECRETS).map(([name, value]) => `${name}=${value}`);
    assert.deepEqual(
      lines.filter((line) => secrets.includes(line)).length,
      helper === "ecr-login" ? secrets.length : 0,
    );
  });
}

test("credHelpers take precedence over credsStore, which takes precedence over auths", async (t) => {
  const { look, helper } = await setUp(t, {
    auths: { "a.example": auth("auths:1"), "b.example": auth("auths:1"), "c.example": auth("auths:1") },
    credsStore: "store",
    credHelpers: { "a.example": "own" },
  });
  await helper("own", `echo '{"Username":"helper","Secret":"3"}'`);
  await helper(
    "store",
    `if [ "$server" = b.example ]; then echo '{"Username":"store","Secret":"2"}'; else echo "credentials not found in native keychain"; exit 1; fi`,
  );
  assert.deepEqual(await look("a.example"), { username: "helper", password: "3" });
  assert.deepEqual(await look("b.example"), { username: "store", password: "2" });
  assert.deepEqual(await look("c.example"), { username: "auths", password: "1" });
  assert.equal(await look("d.example"), undefined);
});

test("a store is queried for Docker Hub with its v1 key", async (t) => {
  const { look, helper, helperLog } = await setUp(t, { credsStore: "store" });
  await helper("store", `echo '{"Username":"<token>","Secret":"refresh"}'`);
  assert.deepEqual(await look("docker.io"), { identityToken: "refresh" });
  assert.equal(await helperLog(), "get https://index.docker.io/v1/\n");
});

const BROKEN: [string, string, RegExp][] = [
  ["fails", "echo 'the keychain is locked' >&2; exit 3", /^docker-credential-test failed: it exited with 3$/],
  ["fails with a secret in its error", "echo 'cannot use hunter2' >&2; exit 3", /exited with 3$/],
  ["fails with a secret in its output", "echo 'cannot use hunter2'; exit 3", /exited with 3$/],
  ["prints something other than JSON", "echo hunter2", /not a JSON object/],
  ["prints no secret", `echo '{"Username":"me"}'`, /no Username and Secret/],
  ["prints credentials and fails", `echo '{"Username":"me","Secret":"hunter2"}'; exit 1`, /exited with 1/],
  ["prints endlessly", "cat /dev/zero", /wrote too much/],
];

for (const [words, script, message] of BROKEN) {
  test(`a helper that ${words} is an error that does not reveal secrets`, async (t) => {
    const { look, helper } = await setUp(t, { credsStore: "test" });
    await helper("test", script);
    await assert.rejects(look("a.example"), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.equal(error.code, "CREDENTIAL_HELPER");
      assert.equal(error.reference, "a.example");
      assert.match(error.message, message);
      assert.match(error.hint, /^run it by hand .*: echo a\.example \| docker-credential-test get$/);
      assert.doesNotMatch(inspect(error) + JSON.stringify(error), /hunter2/);
      return true;
    });
  });
}

test("a helper that takes too long is killed, even if its child process keeps running", async (t) => {
  const { credentials, helper, home } = await setUp(t, { credsStore: "slow" });
  // The helper's child process keeps its output open for longer than a test may take.
  await helper("slow", 'sleep 300 & echo $! > "$LOG.child"; wait');
  await assert.rejects(credentials({}, 200).lookup("a.example"), {
    code: "CREDENTIAL_HELPER",
    message: /longer than 200 ms/,
  });
  const child = Number(await readFile(join(home, "helper.log.child"), "utf8").catch(() => "0"));
  if (child > 0) process.kill(child);
});

test("the error for a missing helper says to install it", async (t) => {
  const { look } = await setUp(t, { credsStore: "absent" });
  await assert.rejects(look("a.example"), { code: "CREDENTIAL_HELPER", hint: /install docker-credential-absent/ });
});

for (const name of ["../evil", "/bin/sh", "a b", "-x", "a;b"]) {
  test(`a helper named "${name}" is not started`, async (t) => {
    const { look } = await setUp(t, { credsStore: name });
    await assert.rejects(look("a.example"), { code: "CREDENTIAL_HELPER", message: /name is not valid/ });
  });
}

test("credentials are cached until they are refused", async (t) => {
  const { credentials, helper, helperLog } = await setUp(t, { credsStore: "test" });
  await helper("test", `echo '{"Username":"me","Secret":"pw"}'`);
  const all = credentials();
  await Promise.all([all.lookup("a.example"), all.lookup("a.example")]);
  assert.equal(await helperLog(), "get a.example\n");
  all.rejected?.("a.example");
  await all.lookup("a.example");
  assert.equal(await helperLog(), "get a.example\nget a.example\n");
});
