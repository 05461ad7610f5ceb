/** Source registries other than Docker Hub, with a simulation of how each one differs. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { json, refuse, text, type Answer } from "../../../src/sandbox/http/answer.ts";
import { endpointVariable } from "../../../src/sandbox/endpoint-variable.ts";
import type { SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const SMALL = { layers: 1, layerBytes: 64 };

/** Returns a registry's own response to a request; undefined if it follows the specification. */
type Behaviour = (
  request: RecordedRequest,
  registry: SandboxRegistry,
  elsewhere: SandboxRegistry,
) => Answer | undefined;

interface Case {
  host: string;
  what: string;
  behaviour: Behaviour;
  /** Checks the requests that the registry received. */
  asked?: (requests: readonly RecordedRequest[], registry: SandboxRegistry) => void;
  /** The error for a second image that the registry does not have. Only an explicit response means that it is absent. */
  absent?: { code: string; side: string };
  environment?: (registry: SandboxRegistry) => Record<string, string>;
}

const isManifest = ({ path }: RecordedRequest): boolean => path.includes("/manifests/");
const isMissing = ({ path }: RecordedRequest): boolean => path.includes("/missing/");

/** Simulates a token server, and sends a Bearer challenge for a request without a token. */
function bearer(
  { path, authorization }: RecordedRequest,
  { server }: SandboxRegistry,
  parameters: string,
): Answer | undefined {
  if (path === "/token") return json(200, { token: "t", expires_in: 300 });
  if (authorization === "bearer") return undefined;
  const challenge = `Bearer realm="${server.url}/token",${parameters}`;
  return refuse(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": challenge });
}

function scopes(requests: readonly RecordedRequest[]): Set<string | null> {
  const asked = requests.filter(({ path }) => path === "/token");
  return new Set(asked.map(({ query }) => new URLSearchParams(query).get("scope")));
}

const CASES: readonly Case[] = [
  {
    host: "gcr.io",
    what: "sends no challenge except for GET /v2/ (google/go-containerregistry, ping)",
    behaviour: (request, registry) => {
      const answer = bearer(request, registry, 'service="gcr.io"');
      return answer?.status === 401 && request.path !== "/v2/" ? { ...answer, headers: {} } : answer;
    },
    asked: (requests) => assert.ok(requests.some(({ path }) => path === "/v2/")),
    absent: { code: "MANIFEST_UNKNOWN", side: "source" },
  },
  {
    host: "ghcr.io",
    what: "sends Retry-After in milliseconds with a unit, and 401 for a missing repository",
    behaviour: (request, registry) => {
      if (isMissing(request)) return refuse(401, "UNAUTHORIZED", "authentication required");
      const isFirst = registry.server.requests.filter(isManifest).length === 1;
      return isFirst && isManifest(request)
        ? refuse(429, "TOOMANYREQUESTS", "slow down", { "retry-after": "12.5ms" })
        : bearer(request, registry, 'service="ghcr.io",scope="repository:user/image:pull"');
    },
    asked: (requests) =>
      assert.ok(scopes(requests).has("repository:org/app:pull"), "the scope is mirrorform's, not the challenge's"),
    absent: { code: "UNAUTHORIZED", side: "source" },
  },
  {
    host: "quay.io",
    what: "sends 401 for a missing repository, and rejects an unknown scope",
    behaviour: (request, registry) => {
      const scope = new URLSearchParams(request.query).get("scope") ?? "";
      if (request.path === "/token" && /delete|push/.test(scope)) return text(400, "invalid scope");
      if (isMissing(request) && request.authorization === "bearer") return refuse(401, "UNAUTHORIZED", "access denied");
      return bearer(request, registry, 'service="quay.io"');
    },
    absent: { code: "UNAUTHORIZED", side: "source" },
  },
  {
    host: "public.ecr.aws",
    what: "requires one fixed scope for all repositories",
    behaviour: (request, registry) => bearer(request, registry, 'service="public.ecr.aws",scope="aws"'),
    asked: (requests) => assert.deepEqual(scopes(requests), new Set(["aws"])),
    absent: { code: "MANIFEST_UNKNOWN", side: "source" },
  },
  {
    host: "registry.k8s.io",
    what: "redirects every request for manifests and blobs to a mirror, including HEAD",
    behaviour: ({ path }, _registry, elsewhere) => {
      if (path === "/v2/") return undefined;
      return { status: 307, headers: { location: `${elsewhere.server.url}${path}` } };
    },
    absent: { code: "MANIFEST_UNKNOWN", side: "source" },
  },
  {
    host: "registry.gitlab.com",
    what: "issues tokens only for a deploy token",
    behaviour: (request, registry) => {
      if (request.path === "/token" && request.authorization !== "basic")
        return refuse(403, "DENIED", "access forbidden");
      return bearer(request, registry, 'service="container_registry",scope="repository:org/app:pull"');
    },
    environment: ({ server }) => {
      const auth = Buffer.from("gitlab+deploy-token-1:secret").toString("base64");
      return { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [server.host]: { auth } } }) };
    },
    absent: { code: "MANIFEST_UNKNOWN", side: "source" },
  },
  {
    host: "example.jfrog.io",
    what: "sends 403 for a missing image (JFrog RTFACT-13797)",
    behaviour: (request) => (isMissing(request) ? refuse(403, "DENIED", "forbidden") : undefined),
    absent: { code: "DENIED", side: "source" },
  },
  {
    host: "harbor.example.com",
    what: "sends its own error code for a missing image (goharbor/harbor 2.10.2)",
    behaviour: (request) => (isMissing(request) ? refuse(404, "NOT_FOUND", "artifact not found") : undefined),
    absent: { code: "MANIFEST_UNKNOWN", side: "source" },
  },
  {
    host: "quiet.example.com",
    what: "sends no digest and no media type for HEAD, so that the manifest is read and hashed",
    behaviour: (request) => {
      const isHead = request.method === "HEAD" && isManifest(request) && !isMissing(request);
      return isHead ? { status: 200, headers: { "content-type": "application/json" } } : undefined;
    },
    absent: { code: "MANIFEST_UNKNOWN", side: "source" },
  },
];

async function start(t: TestContext, { host, behaviour }: Case): Promise<{ place: World; registry: SandboxRegistry }> {
  const mirrors = `mirrors: [{ image: "${host}/org/app:1" }, { image: "${host}/missing/app:1" }]`;
  const files = { "mirrors.yaml": `version: 1\nname: platform\ntargets: { main: { ecr: {} } }\n${mirrors}\n` };
  const images = [`${host}/org/app:1`];
  const place = await world(t, files, { images, imageOptions: SMALL, registries: ["elsewhere.example.com"] });
  const registry = place.sandbox.registries.get(host);
  const elsewhere = place.sandbox.registries.get("elsewhere.example.com");
  assert.ok(registry !== undefined && elsewhere !== undefined);
  const same = elsewhere.store.create("org/app");
  for (const part of ["blobs", "manifests", "tags"] as const) {
    for (const [key, value] of registry.store.repository("org/app")?.[part] ?? [])
      same[part].set(key as never, value as never);
  }
  registry.server.onRequest = (request) => {
    const answer = behaviour(request, registry, elsewhere);
    return answer === undefined ? undefined : { kind: "answer", answer };
  };
  return { place, registry };
}

describe("copies an image from a registry that", { concurrency: 4 }, () => {
  for (const each of CASES) {
    test(`${each.what} (${each.host})`, async (t) => {
      const { place, registry } = await start(t, each);
      const environment = each.environment?.(registry) ?? {};
      const { code, document } = await place.json(["apply"], { environment });
      const { store } = await ecrOf(place);
      const wanted = registry.store.repository("org/app")?.tags.get("1");
      assert.ok(wanted !== undefined);
      assert.equal(store.repository("org/app")?.tags.get("1"), wanted, JSON.stringify(errorsIn(document)));
      assert.deepEqual(incompleteTags(store), []);
      assert.equal(code, 1, "the missing image is reported");
      assert.deepEqual(
        errorsIn(document).map(({ code: what, side }) => ({ code: what, side })),
        [each.absent],
      );
      each.asked?.(registry.server.requests, registry);
    });
  }
});

describe("another ECR registry as a source", () => {
  const HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
  const targets = "version: 1\nname: platform\ntargets: { main: { ecr: {} } }\n";

  async function filled(t: TestContext): Promise<{ place: World; environment: Record<string, string> }> {
    const place = await world(
      t,
      {
        "fill.yaml":
          "version: 1\nname: first\ntargets: { main: { ecr: { region: eu-west-1 } } }\nmirrors: [{ image: redis:7, to: org/app:1 }]\n",
        "mirrors.yaml": `${targets}mirrors: [{ image: "${HOST}/org/app:1" }]\n`,
      },
      { images: ["redis:7"], imageOptions: SMALL },
    );
    assert.equal((await place.run(["apply", "--file", "fill.yaml"])).code, 0);
    const { server } = await place.sandbox.ecr.registry("123456789012", "eu-west-1");
    return { place, environment: { [endpointVariable(HOST)]: server.url } };
  }

  test("is read with the AWS credentials of the environment, in the Region of its host name", async (t) => {
    const { place, environment } = await filled(t);
    const before = place.sandbox.ecr.calls.length;
    const { code, document } = await place.json(["apply"], { environment });
    assert.equal(code, 0, JSON.stringify(errorsIn(document)));
    const [from, to] = [await place.sandbox.ecr.registry("123456789012", "eu-west-1"), await ecrOf(place)];
    assert.equal(to.store.repository("org/app")?.tags.get("1"), from.store.repository("org/app")?.tags.get("1"));
    assert.deepEqual(incompleteTags(to.store), []);
    const tokens = place.sandbox.ecr.calls
      .slice(before)
      .filter(({ operation }) => operation === "GetAuthorizationToken");
    assert.deepEqual(new Set(tokens.map(({ region }) => region)), new Set(["eu-west-1", "us-east-1"]));
  });

  test("reports invalid credentials as an error of the image", async (t) => {
    const { place, environment } = await filled(t);
    const to = targets.replace("{ ecr: {} }", "{ layout: ./mirror }");
    await writeFile(join(place.folder, "mirrors.yaml"), `${to}mirrors: [{ image: "${HOST}/org/app:1" }]\n`);
    const unknown = { ...environment, AWS_ACCESS_KEY_ID: "AKIANOBODY", AWS_SECRET_ACCESS_KEY: "nothing" };
    const { code, document } = await place.json(["plan"], { environment: unknown });
    assert.equal(code, 1);
    const [error, ...more] = errorsIn(document);
    assert.deepEqual([error?.code, error?.side, more], ["UNAUTHORIZED", "credentials", []]);
    assert.match(error?.operation ?? "", /^sign in to$/);
  });

  test("gets no AWS token at another endpoint", async (t) => {
    const { place, environment } = await filled(t);
    const seen: (string | undefined)[] = [];
    const options = { images: ["other.example.com/org/app:1"], imageOptions: SMALL };
    const thief = await world(t, {}, options);
    const registry = thief.sandbox.registries.get("other.example.com");
    assert.ok(registry !== undefined);
    registry.server.onRequest = (request) => {
      seen.push(request.authorization);
      return {
        kind: "answer",
        answer: refuse(401, "UNAUTHORIZED", "who are you", { "www-authenticate": 'Basic realm="x"' }),
      };
    };
    await writeFile(
      join(place.folder, "mirrors.yaml"),
      `${targets}sources: { "${HOST}": { endpoint: "${registry.server.url}" } }\nmirrors: [{ image: "${HOST}/org/app:1" }]\n`,
    );
    const without = Object.fromEntries(Object.keys(environment).map((name) => [name, undefined]));
    const { code, document } = await place.json(["plan"], { environment: without });
    assert.equal(code, 1);
    assert.equal(errorsIn(document)[0]?.code, "UNAUTHORIZED");
    assert.ok(seen.length > 0);
    assert.deepEqual(new Set(seen), new Set([undefined]));
  });
});
