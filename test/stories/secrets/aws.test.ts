import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { serve, type Seen, type Server } from "../../registry/server.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { assertSilent, filesOf, sayAll } from "../../cli/secrets/all-outputs.ts";
import { MARK } from "../../cli/secrets/places.ts";

const SECRET_KEY = `${MARK}SecretAccessKey/+0123456789`;
const SESSION_TOKEN = `${MARK}SessionToken/+${"a0B".repeat(40)}==`;
const WEB_IDENTITY = `${MARK}.web.identity-token`;
const ROLE = "arn:aws:iam::123456789012:role/mirror";
const KEYS = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: SECRET_KEY, AWS_SESSION_TOKEN: SESSION_TOKEN };

function file(settings: string): string {
  return `version: 1\nname: platform\ntargets: { main: { ecr: ${settings} } }\nmirrors: [{ image: redis:7 }]\n`;
}

/** Tokens for a container's agent and for SSO. Both return keys in exchange. */
const AGENT_TOKEN = `${MARK}.container-agent-token`;
const SSO_TOKEN = `${MARK}.sso-access-token`;
const SSO_START = "https://sso.example/start";
const IN_TIME = "2999-01-01T00:00:00Z";

/** Repeats the whole request, as AWS repeats the string to sign. */
function echo({ url, headers, body }: Seen): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${String(value)}`);
  return `The canonical string for this request was POST ${url} ${lines.join(" ")} ${String(body)}`;
}

/** Starts an AWS that refuses every request and repeats it in the error. */
function refusing(t: TestContext, name: string, status: number): Promise<Server> {
  return serve(t, (request, response) => {
    const message = echo(request);
    const isQuery = String(request.headers["content-type"]).startsWith("application/x-www-form-urlencoded");
    if (name === "") return void response.writeHead(status, { "content-type": "text/html" }).end(`<h1>${message}</h1>`);
    if (!isQuery) {
      return void response
        .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
        .end(JSON.stringify({ __type: name, message }));
    }
    const text = message.replaceAll("&", "&amp;");
    response
      .writeHead(status, { "content-type": "text/xml" })
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>${text}</Message></Error></ErrorResponse>`,
      );
  });
}

/** Starts a service that returns keys for a token, and refuses every other request and repeats it. */
function givingKeys(t: TestContext): Promise<Server> {
  const keys = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: SECRET_KEY, sessionToken: SESSION_TOKEN };
  const document = {
    roleCredentials: { ...keys, expiration: Date.parse(IN_TIME) },
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    Token: keys.sessionToken,
    Expiration: IN_TIME,
  };
  return serve(t, (request, response) => {
    const [status, answer] =
      request.method === "GET" ? [200, document] : [400, { __type: "ValidationException", message: echo(request) }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
}

function signaturesIn({ seen }: Server): string[] {
  return seen.flatMap(({ headers }) => /Signature=(\w+)/.exec(headers.authorization ?? "")?.[1] ?? []);
}

/** Returns an environment without access to the real services. */
function nowhere(origin: string): Record<string, string> {
  return {
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: origin,
    AWS_EC2_METADATA_DISABLED: "true",
    MIRRORFORM_ENDPOINT_DOCKER_IO: origin,
    MIRRORFORM_ENDPOINT_HUB_DOCKER_COM: origin,
  };
}

const REFUSALS = [
  ["ValidationException", 400],
  ["AccessDeniedException", 400],
  ["AccessDenied", 403],
  ["ThrottlingException", 429],
  ["ServerException", 500],
  ["InvalidSignatureException", 400],
  ["ExpiredToken", 400],
  ["", 502],
] as const;

describe("secrets that AWS repeats in an error are not shown:", { concurrency: 4 }, () => {
  for (const [name, status] of REFUSALS) {
    for (const settings of ["{}", `{ role: "${ROLE}" }`]) {
      test(`${name || "a page"} (${status}), ${settings === "{}" ? "ECR" : "STS"}, keys in the environment`, async (t) => {
        const { path, remove } = await folderWith({ "mirrors.yaml": file(settings) });
        t.after(remove);
        const server = await refusing(t, name, status);
        const all = await sayAll(path, { ...nowhere(server.url.origin), ...KEYS });
        const signatures = signaturesIn(server);
        assert.ok(signatures.length > 0, "something was signed");
        assertSilent(all, [SESSION_TOKEN, ...signatures]);
      });
    }
  }
});

describe("credentials that the AWS SDK finds itself are not shown, in a separate process:", { concurrency: 2 }, () => {
  const profile = `[mirror]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = ${SECRET_KEY}\naws_session_token = ${SESSION_TOKEN}\n`;
  const broken = `#!/bin/sh\necho "${MARK}-of-a-process"; echo "${MARK}-said" >&2; exit 1\n`;
  const places: readonly (readonly [string, Record<string, string>, (folder: string) => Record<string, string>])[] = [
    [
      "a profile",
      { credentials: profile },
      (folder) => ({ AWS_PROFILE: "mirror", AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials") }),
    ],
    [
      "a web identity token",
      { token: WEB_IDENTITY },
      (folder) => ({ AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token") }),
    ],
    [
      "a profile with a credential_process that fails",
      { "broken.sh": broken },
      (folder) => ({ AWS_PROFILE: "mirror", AWS_CONFIG_FILE: join(folder, "config") }),
    ],
  ];
  for (const [place, files, environment] of places) {
    test(place, async (t) => {
      const { path, remove } = await folderWith({ "mirrors.yaml": file("{}"), ...files });
      t.after(remove);
      await writeFile(
        join(path, "config"),
        `[profile mirror]\ncredential_process = sh ${path}/broken.sh ${MARK}-argument\n`,
      );
      const server = await refusing(t, "ValidationException", 400);
      const own = { ...nowhere(server.url.origin), ...environment(path), MIRRORFORM_LOG: "log.txt" };
      const args = ["apply", "--verbose", "--report", "report.json", "--events", "events.ndjson"];
      const { code, stdout, stderr } = await mirrorform(args, { folder: path, environment: own });
      assert.equal(code, 1);
      assertSilent([stdout, stderr, await filesOf(path)].join("\n"), [SESSION_TOKEN, ...signaturesIn(server)]);
    });
  }
});

describe("tokens that are exchanged for keys, and the keys, are not shown:", { concurrency: 2 }, () => {
  const session = `[profile mirror]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = mirror\n[sso-session work]\nsso_start_url = ${SSO_START}\nsso_region = us-east-1\n`;
  const cached = JSON.stringify({
    accessToken: SSO_TOKEN,
    expiresAt: IN_TIME,
    region: "us-east-1",
    startUrl: SSO_START,
  });
  const cache = `.aws/sso/cache/${createHash("sha1").update("work").digest("hex")}.json`;
  const places: readonly (readonly [
    string,
    string,
    Record<string, string>,
    (folder: string, origin: string) => Record<string, string>,
  ])[] = [
    [
      "a container's agent",
      AGENT_TOKEN,
      {},
      (_folder, origin) => ({
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/agent`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: AGENT_TOKEN,
      }),
    ],
    [
      "an SSO session",
      SSO_TOKEN,
      { config: session, [cache]: cached },
      (folder) => ({ AWS_PROFILE: "mirror", AWS_CONFIG_FILE: join(folder, "config") }),
    ],
  ];
  for (const [place, token, files, environment] of places) {
    test(place, async (t) => {
      const { path, remove } = await folderWith({ "mirrors.yaml": file("{}"), ...files });
      t.after(remove);
      const server = await givingKeys(t);
      const { origin } = server.url;
      const own = { ...nowhere(origin), ...environment(path, origin), MIRRORFORM_LOG: "log.txt" };
      const args = ["apply", "--verbose", "--report", "report.json", "--events", "events.ndjson"];
      const { code, stdout, stderr } = await mirrorform(args, { folder: path, environment: own });
      assert.equal(code, 1);
      assert.ok(
        server.seen.some(({ headers }) => Object.values(headers).includes(token)),
        "the token was sent",
      );
      const signatures = signaturesIn(server);
      assert.ok(signatures.length > 0, "the keys were used");
      assertSilent([stdout, stderr, await filesOf(path)].join("\n"), [SESSION_TOKEN, ...signatures]);
    });
  }
});
