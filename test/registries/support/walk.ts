import { sha256 } from "./registry-client.ts";

interface Content {
  digest: string;
  size: number;
}

interface ManifestJson {
  manifests?: Content[];
  config?: Content;
  layers?: Content[];
}

const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** The content that a tag points at, read without mirrorform's code. */
export type WalkResult =
  | { tagged: false }
  /** `lacks`: content that is missing or does not match its digest. Empty for a complete image. */
  | { tagged: true; digest: string; files: number; lacks: string[] };

/** Reads and hashes a tag's manifest, its children and all their blobs. */
export async function walk(repositoryUrl: string, tag: string): Promise<WalkResult> {
  const top = await read(`${repositoryUrl}/manifests/${tag}`);
  if (top === undefined) return { tagged: false };
  const lacks: string[] = [];
  let files = 0;

  const readContent = async (kind: "manifests" | "blobs", { digest, size }: Content): Promise<Buffer | undefined> => {
    const bytes = await read(`${repositoryUrl}/${kind}/${digest}`);
    files += 1;
    if (bytes !== undefined && bytes.length === size && sha256(bytes) === digest) return bytes;
    lacks.push(`${kind}/${digest}`);
    return undefined;
  };
  const descend = async (bytes: Buffer): Promise<void> => {
    const { manifests = [], config, layers = [] } = JSON.parse(bytes.toString()) as ManifestJson;
    for (const child of manifests) {
      const found = await readContent("manifests", child);
      if (found !== undefined) await descend(found);
    }
    for (const blob of [...(config === undefined ? [] : [config]), ...layers]) await readContent("blobs", blob);
  };
  await descend(top);
  return { tagged: true, digest: sha256(top), files, lacks };
}

async function read(url: string): Promise<Buffer | undefined> {
  const answer = await fetch(url, { headers: { accept: ACCEPT } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status === 200) return bytes;
  if (answer.status === 404) return undefined;
  throw new Error(`${url}: ${answer.status} ${bytes.toString()}`);
}
