import { createHash } from "node:crypto";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { parseDigest, type Digest } from "../../src/oci/digest.ts";
import { readManifest } from "../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/media-type.ts";

interface Entry {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

const REF_NAME = "org.opencontainers.image.ref.name";

/** Finds the layouts below `root`. @returns their folders, each with the tags in its index */
export function layoutsIn(root: string): Map<string, Map<string, string>> {
  const found = globSync("**/oci-layout", { cwd: root }).map(dirname).toSorted();
  return new Map(found.map((folder) => [folder, tagsOf(entriesOf(join(root, folder)))]));
}

/**
 * Lists violations of OCI image-spec, image-layout.md, in the layouts below a folder. An empty list proves that no tag
 * points at an incomplete image and that each blob matches its digest. Shares no code with mirrorform's layout writer.
 */
export function layoutFaults(root: string): string[] {
  return [...layoutsIn(root).keys()].flatMap((folder) => {
    const path = join(root, folder);
    const version = (JSON.parse(readFileSync(join(path, "oci-layout"), "utf8")) as Record<string, unknown>)[
      "imageLayoutVersion"
    ];
    const faults = version === "1.0.0" ? [] : [`version ${String(version)}`];
    for (const name of readdirSync(join(path, "blobs", "sha256"))) {
      const bytes = readFileSync(join(path, "blobs", "sha256", name));
      if (createHash("sha256").update(bytes).digest("hex") !== name) faults.push(`the content of ${name}`);
    }
    for (const { digest, size } of entriesOf(path)) {
      faults.push(...missingBelow(path, digest));
      if (readBlob(path, digest)?.length !== size) faults.push(`the size of ${digest}`);
    }
    return faults.map((fault) => `${folder}: ${fault}`);
  });
}

function entriesOf(layout: string): Entry[] {
  return (JSON.parse(readFileSync(join(layout, "index.json"), "utf8")) as { manifests: Entry[] }).manifests;
}

function tagsOf(entries: readonly Entry[]): Map<string, string> {
  return new Map(entries.map(({ annotations, digest }) => [annotations?.[REF_NAME] ?? "", digest]));
}

function missingBelow(layout: string, digest: string): string[] {
  const bytes = readBlob(layout, digest);
  if (bytes === undefined) return [digest];
  const body = JSON.parse(bytes.toString("utf8")) as { mediaType?: string; manifests?: unknown };
  const mediaType = body.mediaType ?? (body.manifests === undefined ? OCI_MANIFEST : OCI_INDEX);
  const content = readManifest({ bytes, mediaType, digest: parseDigest(digest) ?? ("" as Digest) });
  if (content.kind === "index") return content.manifests.flatMap((child) => missingBelow(layout, child.digest));
  if (content.kind !== "image") return [`a readable ${digest}`];
  return content.blobs.filter((blob) => readBlob(layout, blob.digest) === undefined).map((blob) => blob.digest);
}

function readBlob(layout: string, digest: string): Buffer | undefined {
  const path = join(layout, "blobs", ...digest.split(":"));
  return existsSync(path) ? readFileSync(path) : undefined;
}
