import assert from "node:assert/strict";

import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { text } from "../../../src/sandbox/http/answer.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import { fault, isRedis, playAll, TWO_IMAGES, type Scenario } from "../../support/scenario.ts";
import type { World } from "../../support/world.ts";

const isRedisHead = (request: RecordedRequest) => isRedis(request) && request.method === "HEAD";
const isRedisManifest = (request: RecordedRequest) => isRedis(request) && request.path.includes("/manifests/");

function redis(place: World): Repository {
  const repository = place.sandbox.dockerHub.store.repository("library/redis");
  assert.ok(repository !== undefined);
  return repository;
}

/** Points redis:7 at a custom manifest. */
function serve(place: World, mediaType: string, body: unknown, under?: Digest): Digest {
  const bytes = Buffer.from(JSON.stringify(body));
  const digest = under ?? digestOf(bytes);
  place.sandbox.dockerHub.store.putManifest(redis(place), { bytes, mediaType, digest }, ["7"]);
  return digest;
}

function status(code: number): (place: World) => void {
  return ({ sandbox }) => fault(sandbox.dockerHub.registry, isRedisHead, text(code, ""));
}

const SCENARIOS: readonly Scenario[] = [
  {
    what: "a repository that Docker Hub does not have (401)",
    file: TWO_IMAGES.replace("redis:7", "redis-typo:7"),
    code: "UNAUTHORIZED",
    side: "source",
    operation: "look up manifest",
    hint: /missing and private repositories/,
    othersArrive: true,
  },
  {
    what: "a tag that the source does not have (404)",
    file: TWO_IMAGES.replace("redis:7", "redis:77"),
    code: "MANIFEST_UNKNOWN",
    side: "source",
    operation: "resolve image",
    hint: /spelling/,
    othersArrive: true,
  },
  {
    what: "a source that answers 403",
    prepare: status(403),
    code: "DENIED",
    side: "source",
    operation: "look up manifest",
    hint: /check|grant/i,
    othersArrive: true,
  },
  {
    what: "a source that always answers 500",
    prepare: status(500),
    code: "SERVER_ERROR",
    side: "source",
    operation: "look up manifest",
    hint: /rerun later/,
    othersArrive: true,
  },
  {
    what: "a source whose pull limit is reached (429)",
    prepare: ({ sandbox }) => sandbox.dockerHub.spend(100),
    code: "PULL_LIMIT",
    side: "source",
    operation: "look up manifest",
    hint: /sign in|wait/,
    exitCode: 4,
  },
  {
    what: "a source that is unreachable",
    prepare: ({ sandbox }) => sandbox.dockerHub.registry.close(),
    code: "UNREACHABLE",
    side: "source",
    operation: "look up manifest",
    hint: /network|proxy/i,
  },
  {
    what: "a HEAD without a digest at a source that counts pulls",
    prepare: ({ sandbox }) =>
      fault(sandbox.dockerHub.registry, isRedisHead, {
        status: 200,
        headers: { "content-type": OCI_INDEX },
        body: "x",
      }),
    code: "DIGEST_MISSING",
    side: "source",
    operation: "resolve image",
    hint: /proxy/,
    othersArrive: true,
  },
  {
    what: "a manifest whose bytes do not match its digest",
    prepare: (place) =>
      serve(place, OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST }, digestOf(Buffer.from("x"))),
    code: "DIGEST_MISMATCH",
    side: "source",
    operation: "read manifest",
    hint: /broken|cache/i,
    othersArrive: true,
  },
  {
    what: "a blob whose bytes do not match its digest",
    prepare: (place) => {
      for (const [digest, bytes] of redis(place).blobs) {
        place.sandbox.dockerHub.store.putBlob(redis(place), digest, Buffer.alloc(bytes.length, "x"));
      }
    },
    code: "DIGEST_MISMATCH",
    side: "source",
    operation: "read blob",
    hint: /broken|cache/i,
    othersArrive: true,
  },
  {
    what: "a manifest over 4 MiB",
    prepare: (place) => {
      const annotations = { pad: "x".repeat(4 * 1024 * 1024) };
      serve(place, OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, annotations });
    },
    code: "TOO_LARGE",
    side: "source",
    operation: "read manifest",
    hint: /different image/,
    othersArrive: true,
  },
  {
    what: "a Docker schema 1 manifest",
    prepare: (place) => serve(place, "application/vnd.docker.distribution.manifest.v1+prettyjws", { schemaVersion: 1 }),
    code: "MEDIA_TYPE_UNSUPPORTED",
    side: "source",
    operation: "resolve image",
    hint: /push it again/,
    othersArrive: true,
  },
  {
    what: "a manifest of an unknown media type",
    prepare: (place) => serve(place, "application/vnd.example.thing.v1+json", {}),
    code: "MEDIA_TYPE_UNSUPPORTED",
    side: "source",
    operation: "resolve image",
    hint: /OCI or Docker/,
    othersArrive: true,
  },
  {
    what: "a child manifest of an unknown media type",
    prepare: (place) => {
      const mediaType = "application/vnd.example.thing.v1+json";
      const bytes = Buffer.from("{}");
      const child = { mediaType, digest: digestOf(bytes), size: bytes.length };
      place.sandbox.dockerHub.store.putManifest(redis(place), { bytes, mediaType, digest: child.digest });
      serve(place, OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] });
    },
    code: "MEDIA_TYPE_UNSUPPORTED",
    side: "source",
    operation: "read manifest",
    hint: /OCI|push it again/i,
    othersArrive: true,
  },
  {
    what: "indexes that are nested too deeply",
    prepare: (place) => {
      let below: unknown[] = [];
      for (let depth = 0; depth < 7; depth += 1) {
        const body = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: below };
        const digest = serve(place, OCI_INDEX, body);
        below = [{ mediaType: OCI_INDEX, digest, size: JSON.stringify(body).length }];
      }
    },
    code: "NESTED_TOO_DEEPLY",
    side: "source",
    operation: "read manifest",
    hint: /one of the images/,
    othersArrive: true,
  },
  {
    what: "a registry that reports another digest than the requested one",
    file: TWO_IMAGES.replace("redis:7", `redis:7@${digestOf(Buffer.from("pinned"))}`),
    prepare: ({ sandbox }) =>
      fault(sandbox.dockerHub.registry, isRedisManifest, {
        status: 200,
        headers: { "content-type": OCI_MANIFEST, "docker-content-digest": digestOf(Buffer.from("other")) },
        body: "other",
      }),
    code: "DIGEST_MISMATCH",
    side: "source",
    operation: "resolve image",
    hint: /cache/,
    othersArrive: true,
  },
  {
    what: "a registry that reports a wrong digest for a tag",
    prepare: ({ sandbox }) =>
      fault(sandbox.dockerHub.registry, isRedisManifest, {
        status: 200,
        headers: { "content-type": OCI_MANIFEST, "docker-content-digest": digestOf(Buffer.from("claimed")) },
        body: "served",
      }),
    code: "DIGEST_MISMATCH",
    side: "source",
    operation: "read manifest",
    hint: /broken|cache/i,
    othersArrive: true,
  },
];
playAll("a source that fails causes a clear error and loses no tag:", SCENARIOS);
