import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { MANIFEST } from "../../registry/images.ts";
import { json, refuse, serve, type Handler, type Seen } from "../../registry/server.ts";
import { world } from "../../support/world.ts";
import { assertSilent, sayAll } from "../../cli/secrets/all-outputs.ts";
import { PLACES, SIGNATURE, TOKEN } from "../../cli/secrets/places.ts";

/** Requests that a registry refuses, with an error that repeats header, URL and body. */
const STAGES = ["token", "tags", "manifest", "blob", "redirect"] as const;
type Stage = (typeof STAGES)[number];

/** Statuses of the refusals, distributed over all stages and places. */
const STATUSES = [401, 403, 429, 500] as const;

const FILE = `
version: 1
name: platform
targets: { main: { ecr: {} } }
mirrors:
  - image: registry.example.com/team/app:1
  - image: registry.example.com/team/app
    tags: { match: "v.*" }
    to: "rule:{tag}"
`;

/** Repeats the whole request, as error pages of proxies and frameworks do. */
function echo({ method, url, headers, body }: Seen): string {
  const pairs = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  const basic = /^Basic (.*)$/.exec(headers.authorization ?? "")?.[1];
  const pair = basic === undefined ? "" : Buffer.from(basic, "base64").toString();
  const bare = (headers.authorization ?? "").replace(/^\w+ /, "");
  return `${method} ${url} refused; bare ${bare} is ${pair} of ${pairs.join("; ")}; ${String(body)}`;
}

function echoing(scheme: "bearer" | "basic", stage: Stage, status: number, echoed: string[]): Handler {
  const refuseWith = (request: Seen, response: Parameters<Handler>[1]): void => {
    const text = echo(request);
    echoed.push(text);
    refuse(response, status, "DENIED", text, { "retry-after": "1" });
  };
  return (request, response) => {
    const { pathname: path } = new URL(request.url, "http://any");
    if (path === "/token") {
      return stage === "token" ? refuseWith(request, response) : json(response, 200, { token: TOKEN });
    }
    if (path === "/elsewhere") return refuseWith(request, response);
    if (request.headers.authorization === undefined) {
      const challenge = scheme === "basic" ? 'Basic realm="r"' : `Bearer realm="http://${request.headers.host}/token"`;
      return refuse(response, 401, "UNAUTHORIZED", "sign in to", { "www-authenticate": challenge });
    }
    if (stage === "token") return refuseWith(request, response);
    if (path.includes("/tags/")) {
      return stage === "tags" ? refuseWith(request, response) : json(response, 200, { name: "team/app", tags: ["v1"] });
    }
    if (path.includes("/manifests/")) {
      if (stage === "manifest" && request.method === "GET") return refuseWith(request, response);
      const { digest, mediaType, bytes } = MANIFEST;
      const headers = { "content-type": mediaType, "docker-content-digest": digest, "content-length": bytes.length };
      return void response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : bytes);
    }
    if (stage !== "redirect") return refuseWith(request, response);
    const location = `http://localhost:${new URL(`http://${request.headers.host}`).port}/elsewhere?X-Amz-Signature=${SIGNATURE}&verify=1-${SIGNATURE}`;
    response.writeHead(307, { location }).end();
  };
}

async function refused(t: TestContext, scheme: "bearer" | "basic", place: string, stage: Stage, status: number) {
  const { sandbox, folder } = await world(t, { "mirrors.yaml": FILE });
  const echoed: string[] = [];
  const { url } = await serve(t, echoing(scheme, stage, status, echoed));
  const credentials = await PLACES[place]?.(url.host, folder);
  const environment = {
    ...sandbox.environment,
    ...credentials,
    MIRRORFORM_ENDPOINT_REGISTRY_EXAMPLE_COM: url.origin,
  };
  const all = await sayAll(folder, environment);
  assert.match(all, new RegExp(`answered ${status}`), "the refusal is reported");
  assert.ok(echoed.length > 0);
  assertSilent(all);
  return { all, echoed: echoed.join("\n") };
}

describe("secrets that a registry repeats in an error are not shown:", { concurrency: 4 }, () => {
  for (const [nth, place] of Object.keys(PLACES).entries()) {
    for (const [which, stage] of STAGES.entries()) {
      const status = STATUSES[(nth + which) % STATUSES.length] ?? 500;
      test(`${place}, ${status} at the ${stage}`, async (t) => {
        const { echoed } = await refused(t, "bearer", place, stage, status);
        assert.match(echoed, /m4rk|Basic bWlycm9y/, "the response contained a secret");
      });
    }
  }

  for (const status of STATUSES) {
    test(`a password over Basic, ${status} at the manifest`, async (t) => {
      const { all } = await refused(t, "basic", "MIRRORFORM_PASSWORD", "manifest", status);
      assert.match(all, /\[redacted\]/);
    });
  }
});
