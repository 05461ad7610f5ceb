import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TestContext } from "node:test";

import { digestOf } from "../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";

/** A registry with one image, of layers that are made as they are sent, and a place to push to that keeps no bytes. */
export interface StreamingRegistry {
  url: string;
  /** `127.0.0.1:PORT`. */
  host: string;
  /** Bytes of layers pushed so far. */
  received(): number;
}

/** What layers are made of, again and again. */
const PIECE = Buffer.alloc(64 * 1024, "mirrorform");
const CONFIG = Buffer.from('{"architecture":"amd64","os":"linux"}');

/** Serves the image at any repository but `mirror/…`, under any tag. The sandbox holds what it serves: not for layers as large as these. */
export async function startStreamingRegistry(
  t: TestContext,
  { layers, layerBytes }: { layers: number; layerBytes: number },
): Promise<StreamingRegistry> {
  const blobs = new Map<string, () => Iterable<Buffer>>([[digestOf(CONFIG), () => [CONFIG]]]);
  const descriptors: { mediaType: string; digest: string; size: number }[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const content = () => layerContent(layer, layerBytes);
    const hash = createHash("sha256");
    for (const piece of content()) hash.update(piece);
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

/** The number of the layer, and then pieces, so many bytes in all. */
function* layerContent(layer: number, bytes: number): Generator<Buffer> {
  const head = Buffer.from(String(layer));
  yield head;
  for (let left = bytes - head.byteLength; left > 0; left -= PIECE.byteLength) {
    yield left < PIECE.byteLength ? PIECE.subarray(0, left) : PIECE;
  }
}
