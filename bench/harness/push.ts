import { createHash } from "node:crypto";
import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { layerChunks, type BlobContent } from "./content.ts";

export interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
}

export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

/** Pushes content without the measured tools, so that their caches are empty. */
export interface Pusher {
  layer(repository: string, content: BlobContent): Promise<Descriptor>;
  config(repository: string, config: object): Promise<Descriptor>;
  /** Pushes by digest if there is no tag. */
  manifest(repository: string, mediaType: string, manifest: object, tag?: string): Promise<Descriptor>;
}

/** @param host a distribution registry without authentication, such as `127.0.0.1:40123` */
export function pusher(host: string): Pusher {
  const base = `http://${host}`;

  return {
    async layer(repository, content) {
      const location = await startUpload(repository);
      const hash = createHash("sha256");
      const hashed = function* (): Generator<Buffer> {
        for (const chunk of layerChunks(content)) {
          hash.update(chunk);
          yield chunk;
        }
      };
      // The digest is known only after all bytes are sent, so PATCH sends the bytes and PUT the digest.
      const next = await patch(location, Readable.from(hashed()));
      const digest = `sha256:${hash.digest("hex")}`;
      await expectStatus(fetch(withDigest(next, digest), { method: "PUT" }), 201);
      return { mediaType: OCI_LAYER, digest, size: content.size };
    },
    async config(repository, config) {
      const bytes = Buffer.from(JSON.stringify(config));
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      const location = await startUpload(repository);
      const headers = { "content-type": "application/octet-stream" };
      await expectStatus(fetch(withDigest(location, digest), { method: "PUT", body: bytes, headers }), 201);
      return { mediaType: OCI_CONFIG, digest, size: bytes.byteLength };
    },
    async manifest(repository, mediaType, manifest, tag) {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...manifest }, undefined, 2));
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      const url = `${base}/v2/${repository}/manifests/${tag ?? digest}`;
      await expectStatus(fetch(url, { method: "PUT", body: bytes, headers: { "content-type": mediaType } }), 201);
      return { mediaType, digest, size: bytes.byteLength };
    },
  };

  async function startUpload(repository: string): Promise<URL> {
    const answer = await expectStatus(fetch(`${base}/v2/${repository}/blobs/uploads/`, { method: "POST" }), 202);
    return new URL(answer.headers.get("location") ?? "", base);
  }

  /** Sends a PATCH with node:http, because `fetch` buffers data without limit for a slow receiver. */
  async function patch(location: URL, body: Readable): Promise<URL> {
    const sending = request(location, { method: "PATCH", headers: { "content-type": "application/octet-stream" } });
    const { promise, resolve, reject } = Promise.withResolvers<URL>();
    sending.once("response", (response) => {
      response.resume();
      if (response.statusCode === 202) resolve(new URL(response.headers.location ?? "", base));
      else reject(new Error(`PATCH: ${response.statusCode}`));
    });
    sending.once("error", reject);
    await Promise.all([pipeline(body, sending), promise]);
    return promise;
  }
}

async function expectStatus(sent: Promise<Response>, expected: number): Promise<Response> {
  const answer = await sent;
  const text = await answer.text();
  if (answer.status !== expected) throw new Error(`${answer.url}: ${answer.status} ${text}`);
  return answer;
}

function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  url.searchParams.set("digest", digest);
  return url;
}
