import type { Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import type { Manifest } from "../../src/oci/manifest.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";
import type { Handler } from "./server.ts";

export function blobOf(bytes: Uint8Array): Descriptor {
  return { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
}

export function manifestOf(bytes: Uint8Array, mediaType: string = OCI_MANIFEST): Manifest {
  return { bytes, mediaType, digest: digestOf(bytes) };
}

export const CONFIG = Buffer.from('{"architecture":"amd64","os":"linux"}');

export const MANIFEST = manifestOf(
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { ...blobOf(CONFIG), mediaType: "application/vnd.oci.image.config.v1+json" },
      layers: [],
    }),
  ),
);

export interface Stored {
  blobs: Map<string, Buffer>;
  /** By tag and by digest. */
  manifests: Map<string, { mediaType: string; bytes: Buffer }>;
}

/** Creates an in-memory registry with the minimum that a client needs. Every repository exists. */
export function memoryRegistry(): { handler: Handler; stored: Stored } {
  const stored: Stored = { blobs: new Map(), manifests: new Map() };
  const handler: Handler = (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://any");
    const [, , kind, last = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/(.*)$/.exec(pathname) ?? [];
    if (kind === "blobs" && request.method === "POST") {
      return void response.writeHead(202, { location: `${pathname}1?_state=a%3Db+c` }).end();
    }
    if (kind === "blobs" && request.method === "PUT") {
      const digest = searchParams.get("digest") ?? "";
      stored.blobs.set(digest, request.body);
      return void response.writeHead(201, { "docker-content-digest": digest }).end();
    }
    if (kind === "manifests" && request.method === "PUT") {
      const mediaType = request.headers["content-type"] ?? "";
      const digest = digestOf(request.body);
      stored.manifests.set(last, { mediaType, bytes: request.body });
      stored.manifests.set(digest, { mediaType, bytes: request.body });
      return void response.writeHead(201, { "docker-content-digest": digest }).end();
    }
    const found =
      kind === "blobs"
        ? { mediaType: "application/octet-stream", bytes: stored.blobs.get(last) }
        : stored.manifests.get(last);
    if (found?.bytes === undefined) return void response.writeHead(404).end();
    const { mediaType, bytes } = found;
    response.writeHead(200, {
      "content-type": mediaType,
      "content-length": bytes.length,
      "docker-content-digest": digestOf(bytes),
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
  };
  return { handler, stored };
}
