import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TestContext } from "node:test";

import { digestOf } from "../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";

/** A registry with one image, whose layers are generated while they are sent. It accepts pushes but discards the content. */
export interface StreamingRegistry {
  url: string;
  /** `127.0.0.1:PORT`. */
  host: string;
  /** Returns the bytes of layers pushed so far. */
  received(): number;
}

/** Layers consist of repetitions of these bytes. */
const CHUNK = Buffer.alloc(64 * 1024, "mirrorform");
const CONFIG = Buffer.from('{"architecture":"amd64","os":"linux"}');

/**
 * Starts a registry that serves one image in every repository and under every tag, except below `mirror/`, which accepts
 * pushes. Use it for layers that are too large for the sandbox, which keeps its content in memory.
 */
export async function startStreamingRegistry(
  t: TestContext,
  { layers, layerBytes }: { layers: number; layerBytes: number },
): Promise<StreamingRegistry> {
  const blobs = new Map<string, () => Iterable<Buffer>>([[digestOf(CONFIG), () => [CONFIG]]]);
  const descriptors: { mediaType: string; digest: string; size: number }[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const content = () => layerContent(layer, layerBytes);
    const hash = createHash("sha256");
    for (const chunk of content()) hash.update(chunk);
    const digest = `sha256:${hash.digest("hex")}`;
    blobs.set(digest, content);
    descriptors.push({ mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size: layerBytes });
  }
  const config = {
    mediaType: "application/vnd.oci.image.config.v1+json",
    digest: digestOf(CONFIG),
    size: CONFIG.byteLength,
  };
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: descriptors }),
  );
  let received = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://any");
    const isTarget = pathname.startsWith("/v2/mirror/");
    if (isTarget && request.method === "POST") {
      response.writeHead(202, { location: `${pathname}1` }).end();
    } else if (isTarget && request.method === "PUT") {
      let bytes = 0;
      for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.byteLength;
      const digest = searchParams.get("digest") ?? "";
      if (descriptors.some((layer) => layer.digest === digest)) received += bytes;
      response.writeHead(201, { "docker-content-digest": digest || digestOf(manifest) }).end();
    } else if (!isTarget && pathname.includes("/manifests/")) {
      const headers = { "content-type": OCI_MANIFEST, "content-length": manifest.byteLength };
      response.writeHead(200, { ...headers, "docker-content-digest": digestOf(manifest) });
      response.end(request.method === "HEAD" ? undefined : manifest);
    } else {
      const content = isTarget ? undefined : blobs.get(pathname.slice(pathname.lastIndexOf("/") + 1));
      if (pathname === "/v2/") response.writeHead(200).end();
      else if (content === undefined) response.writeHead(404).end();
      else await pipeline(Readable.from(content()), response);
    }
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}`, host, received: () => received };
}

/** Yields the number of the layer followed by chunks, `bytes` bytes in total. */
function* layerContent(layer: number, bytes: number): Generator<Buffer> {
  const head = Buffer.from(String(layer));
  yield head;
  for (let left = bytes - head.byteLength; left > 0; left -= CHUNK.byteLength) {
    yield left < CHUNK.byteLength ? CHUNK.subarray(0, left) : CHUNK;
  }
}
