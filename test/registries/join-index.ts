/**
 * Joins the single-platform images of an OCI layout into a multi-platform index tagged `1.0`:
 * `node join-index.ts LAYOUT ARCHITECTURE…`. Neither umoci nor skopeo 1.9 can create an index.
 *
 * Adds a top-level `mediaType` to the manifests, as BuildKit does: umoci omits it, and ECR refuses manifests without it
 * (podman#1719). Writes compact JSON, because `copy --all` of skopeo 1.9 reformats an indented index, which changes its
 * digest.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/media-type.ts";

interface Entry {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

const REFERENCE_NAME = "org.opencontainers.image.ref.name";
const TAG = "1.0";

const [layout, ...architectures] = process.argv.slice(2);
if (layout === undefined || architectures.length === 0) throw new Error("usage: join-index.ts LAYOUT ARCHITECTURE…");

const { manifests } = readJson(join(layout, "index.json")) as { manifests: Entry[] };
const children = architectures.map((architecture) => {
  const entry = manifests.find((one) => one.annotations?.[REFERENCE_NAME] === architecture);
  if (entry === undefined) throw new Error(`the layout has no image "${architecture}"`);
  const manifest = readJson(blobPath(layout, entry.digest)) as Record<string, unknown>;
  const child = writeBlob(layout, OCI_MANIFEST, { ...manifest, mediaType: OCI_MANIFEST });
  return { ...child, platform: { architecture, os: "linux", ...(architecture === "arm64" ? { variant: "v8" } : {}) } };
});
const index = writeBlob(layout, OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: children });
writeFileSync(
  join(layout, "index.json"),
  JSON.stringify({ schemaVersion: 2, manifests: [{ ...index, annotations: { [REFERENCE_NAME]: TAG } }] }),
);

function blobPath(folder: string, digest: string): string {
  return join(folder, "blobs", ...digest.split(":"));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function writeBlob(folder: string, mediaType: string, content: object): Entry {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = digestOf(bytes);
  writeFileSync(blobPath(folder, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}
