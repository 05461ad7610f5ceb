/**
 * Checks for registries, written from the text of the OCI distribution-spec 1.1. They also run against Debian's
 * docker-registry: a check that it fails is either wrong, or listed as a failure of that software.
 */
import assert from "node:assert/strict";
import {
  imageManifest,
  INDEX_TYPE,
  MANIFEST_TYPE,
  pushBlob,
  pushImage,
  putManifest,
  sha256,
  uploadUrl,
  withDigest,
  type RegistryClient,
} from "./registry-client.ts";

export interface RegistryCheck {
  /** The workflow category in the spec's "Conformance" section. */
  part: "pull" | "push" | "discovery" | "management";
  /** Starts with the endpoint, as numbered in the spec. */
  title: string;
  check(client: RegistryClient): Promise<void>;
}

const ABSENT = sha256(Buffer.from("no registry has this"));

export const REGISTRY_CHECKS: readonly RegistryCheck[] = [
  {
    part: "pull",
    title: "end-1: GET /v2/ answers 200",
    check: async (client) => assert.equal((await client.send("GET", "/v2/")).status, 200),
  },
  {
    part: "pull",
    title: "end-2: answers a missing blob with 404 BLOB_UNKNOWN",
    check: async (client) => {
      const answer = await client.send("GET", `/v2/${client.repository}/blobs/${ABSENT}`);
      assert.deepEqual([answer.status, await errorCode(answer)], [404, "BLOB_UNKNOWN"]);
      assert.equal((await client.send("HEAD", `/v2/${client.repository}/blobs/${ABSENT}`)).status, 404);
    },
  },
  {
    part: "pull",
    title: "end-2: returns a blob's bytes, its length on HEAD, and ranges",
    check: async (client) => {
      const bytes = Buffer.from("0123456789".repeat(200));
      const path = `/v2/${client.repository}/blobs/${await pushBlob(client, bytes)}`;
      assert.equal(sha256(await body(await client.send("GET", path))), sha256(bytes));
      assert.equal((await client.send("HEAD", path)).headers.get("content-length"), String(bytes.length));
      const part = await client.send("GET", path, { headers: { range: "bytes=500-1499" } });
      assert.equal(part.status, 206);
      assert.deepEqual(await body(part), bytes.subarray(500, 1500));
    },
  },
  {
    part: "pull",
    title: "end-3: answers a missing tag with 404 MANIFEST_UNKNOWN",
    check: async (client) => {
      const answer = await client.send("GET", `/v2/${client.repository}/manifests/absent`);
      assert.deepEqual([answer.status, await errorCode(answer)], [404, "MANIFEST_UNKNOWN"]);
      assert.equal((await client.send("HEAD", `/v2/${client.repository}/manifests/absent`)).status, 404);
    },
  },
  {
    part: "pull",
    title: "end-3: returns a manifest's bytes, media type and digest, by tag and by digest, on GET and HEAD",
    check: async (client) => {
      const { bytes, digest } = await pushImage(client, "pull", "a manifest to read");
      for (const reference of ["pull", digest]) {
        const path = `/v2/${client.repository}/manifests/${reference}`;
        const headers = { accept: MANIFEST_TYPE };
        const read = await client.send("GET", path, { headers });
        assert.deepEqual(await body(read), bytes);
        const head = await client.send("HEAD", path, { headers });
        for (const answer of [read, head]) {
          assert.equal(answer.status, 200);
          assert.equal(answer.headers.get("content-type"), MANIFEST_TYPE);
          assert.equal(answer.headers.get("docker-content-digest"), digest);
          assert.equal(answer.headers.get("content-length"), String(bytes.length));
        }
      }
    },
  },
  {
    part: "push",
    title: "end-4a, end-6: POST then PUT stores a blob and returns its location",
    check: async (client) => {
      const bytes = Buffer.from("post, put");
      const answer = await client.send("PUT", await uploadUrl(client, sha256(bytes)), { body: bytes });
      assert.equal(answer.status, 201);
      const location = answer.headers.get("location") ?? "";
      assert.deepEqual(await body(await client.send("GET", location)), bytes);
    },
  },
  {
    part: "push",
    title: "end-4b: POST with the digest stores the blob or starts an upload",
    check: async (client) => {
      const bytes = Buffer.from("post alone");
      const start = withDigest(`/v2/${client.repository}/blobs/uploads/`, sha256(bytes));
      assert.ok([201, 202].includes((await client.send("POST", start, { body: bytes })).status));
    },
  },
  {
    part: "push",
    title: "end-5: joins chunks in order and reports the progress of the upload",
    check: async (client) => {
      const bytes = Buffer.from("first chunk, second chunk");
      let location = await uploadUrl(client);
      for (const [from, to] of [
        [0, 11],
        [11, bytes.length],
      ] as const) {
        const headers = { "content-range": `${from}-${to - 1}`, "content-type": "application/octet-stream" };
        const answer = await client.send("PATCH", location, { headers, body: bytes.subarray(from, to) });
        assert.equal(answer.status, 202);
        assert.equal(answer.headers.get("range"), `0-${to - 1}`);
        location = answer.headers.get("location") ?? "";
      }
      const status = await client.send("GET", location);
      assert.deepEqual([status.status, status.headers.get("range")], [204, `0-${bytes.length - 1}`]);
      assert.equal((await client.send("PUT", withDigest(location, sha256(bytes)))).status, 201);
    },
  },
  {
    part: "push",
    title: "end-5: answers a chunk out of order with 416",
    check: async (client) => {
      const headers = { "content-range": "10-14", "content-type": "application/octet-stream" };
      const answer = await client.send("PATCH", await uploadUrl(client), { headers, body: Buffer.from("later") });
      assert.equal(answer.status, 416);
    },
  },
  {
    part: "push",
    title: "end-6: refuses bytes that do not match the digest with 400, and does not store them",
    check: async (client) => {
      const wanted = sha256(Buffer.from("the right bytes"));
      const answer = await client.send("PUT", await uploadUrl(client, wanted), { body: Buffer.from("other bytes") });
      assert.equal(answer.status, 400);
      // Both codes are valid according to the spec. ECR uses the second.
      assert.ok(["DIGEST_INVALID", "BLOB_UPLOAD_INVALID"].includes((await errorCode(answer)) ?? ""));
      assert.equal((await client.send("HEAD", `/v2/${client.repository}/blobs/${wanted}`)).status, 404);
    },
  },
  {
    part: "push",
    title: "end-11: a mount makes the blob available in the other repository, or starts an upload",
    check: async (client) => {
      const digest = await pushBlob(client, Buffer.from("to be mounted"));
      const path = `/v2/${client.otherRepository}/blobs`;
      const answer = await client.send("POST", `${path}/uploads/?mount=${digest}&from=${client.repository}`);
      assert.ok([201, 202].includes(answer.status));
      const there = await client.send("HEAD", `${path}/${digest}`);
      assert.equal(there.status, answer.status === 201 ? 200 : 404);
    },
  },
  {
    part: "push",
    title: "end-7: refuses a manifest under a wrong digest",
    check: async (client) => {
      const { bytes } = await pushImage(client, "wrong-digest", "under a wrong digest");
      const answer = await putManifest(client, ABSENT, bytes);
      assert.equal(answer.status, 400);
      assert.equal((await client.send("HEAD", `/v2/${client.repository}/manifests/${ABSENT}`)).status, 404);
    },
  },
  {
    part: "push",
    title: "end-7: refuses a manifest with a missing blob, and does not create its tag",
    check: async (client) => {
      const bytes = imageManifest({ digest: ABSENT, size: 2 }, { digest: ABSENT, size: 2 });
      const answer = await putManifest(client, "incomplete", bytes);
      assert.ok([400, 404].includes(answer.status));
      assert.equal((await client.send("HEAD", `/v2/${client.repository}/manifests/incomplete`)).status, 404);
    },
  },
  {
    part: "push",
    title: "end-7: stores an index with its children",
    check: async (client) => {
      const { bytes, digest } = await pushImage(client, "child", "a child");
      const child = { mediaType: MANIFEST_TYPE, digest, size: bytes.length };
      const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [child] }));
      assert.equal((await putManifest(client, "index", index, INDEX_TYPE)).status, 201);
      const headers = { accept: INDEX_TYPE };
      const read = await client.send("GET", `/v2/${client.repository}/manifests/index`, { headers });
      assert.deepEqual(await body(read), index);
    },
  },
  {
    part: "discovery",
    title: "end-8: lists tags in pages with Link headers",
    check: async (client) => {
      for (const tag of ["list-a", "list-b", "list-c"]) await pushImage(client, tag, `listed ${tag}`);
      const whole = (await json(await client.send("GET", `/v2/${client.repository}/tags/list`))) as { tags: string[] };
      const paged: string[] = [];
      let next: string | undefined = `/v2/${client.repository}/tags/list?n=2`;
      while (next !== undefined) {
        const answer: Response = await client.send("GET", next);
        const page = (await json(answer)) as { tags: string[] };
        assert.ok(page.tags.length <= 2, "a page has at most n tags");
        paged.push(...page.tags);
        next = /<([^>]+)>/.exec(answer.headers.get("link") ?? "")?.[1];
      }
      assert.deepEqual(paged.toSorted(), whole.tags.toSorted());
      assert.ok(["list-a", "list-b", "list-c"].every((tag) => paged.includes(tag)));
    },
  },
  {
    part: "discovery",
    title: "end-12: lists the referrers of a manifest as an index",
    check: async (client) => {
      const { bytes, digest, layer } = await pushImage(client, "subject", "a subject");
      const subject = { mediaType: MANIFEST_TYPE, digest, size: bytes.length };
      const content = { digest: layer, size: "a subject".length };
      const referrer = imageManifest(content, content, { artifactType: "application/example", subject });
      const pushed = await putManifest(client, sha256(referrer), referrer);
      assert.deepEqual([pushed.status, pushed.headers.get("oci-subject")], [201, digest]);
      const answer = await client.send("GET", `/v2/${client.repository}/referrers/${digest}`);
      assert.equal(answer.headers.get("content-type"), INDEX_TYPE);
      const { manifests } = (await json(answer)) as { manifests: { digest: string }[] };
      assert.deepEqual(
        manifests.map((one) => one.digest),
        [sha256(referrer)],
      );
    },
  },
  {
    part: "management",
    title: "end-9: deletes a manifest by digest, with its tags",
    check: async (client) => {
      const { digest } = await pushImage(client, "to-delete", "deleted by digest");
      const path = `/v2/${client.repository}/manifests`;
      assert.equal((await client.send("DELETE", `${path}/${digest}`)).status, 202);
      for (const gone of [digest, "to-delete"]) {
        assert.equal((await client.send("HEAD", `${path}/${gone}`)).status, 404);
      }
    },
  },
  {
    part: "management",
    title: "end-9: deletes a single tag",
    check: async (client) => {
      const { digest } = await pushImage(client, "tag-to-delete", "deleted by tag");
      const path = `/v2/${client.repository}/manifests`;
      assert.equal((await client.send("DELETE", `${path}/tag-to-delete`)).status, 202);
      assert.equal((await client.send("HEAD", `${path}/tag-to-delete`)).status, 404);
      assert.equal(
        (await client.send("HEAD", `${path}/${digest}`, { headers: { accept: MANIFEST_TYPE } })).status,
        200,
      );
    },
  },
  {
    part: "management",
    title: "end-10: deletes a blob",
    check: async (client) => {
      const path = `/v2/${client.repository}/blobs/${await pushBlob(client, Buffer.from("a blob to delete"))}`;
      assert.equal((await client.send("DELETE", path)).status, 202);
      assert.equal((await client.send("HEAD", path)).status, 404);
    },
  },
];

async function body(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}

async function json(answer: Response): Promise<unknown> {
  return JSON.parse(await answer.text());
}

async function errorCode(answer: Response): Promise<string | undefined> {
  const { errors } = (await json(answer)) as { errors?: { code?: string }[] };
  return errors?.[0]?.code;
}
