import { createHash } from "node:crypto";

/** A client for a registry under test. Does not use mirrorform's code. */
export interface RegistryClient {
  /** An existing, writable repository. */
  repository: string;
  /** A second repository of the same registry. */
  otherRepository: string;
  /** Sends a request. `path` begins with `/v2/`, or is a Location as received. */
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: Uint8Array },
  ): Promise<Response>;
}

/** @param authorization the Authorization header, if needed */
export function registryClient(
  url: string,
  repositories: readonly [string, string],
  authorization?: string,
): RegistryClient {
  const [repository, otherRepository] = repositories;
  return {
    repository,
    otherRepository,
    send: async (method, path, { headers = {}, body } = {}) =>
      await fetch(new URL(path, url), {
        method,
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
        redirect: "follow",
      }),
  };
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Pushes a blob with POST and a single PUT. @returns its digest */
export async function pushBlob(client: RegistryClient, bytes: Uint8Array): Promise<string> {
  const digest = sha256(bytes);
  const answer = await client.send("PUT", await uploadUrl(client, digest), { body: bytes });
  if (answer.status !== 201) throw new Error(`the registry refused a blob: ${answer.status} ${await answer.text()}`);
  return digest;
}

/** Starts an upload. @returns its URL, with `digest` in the query if given */
export async function uploadUrl(client: RegistryClient, digest?: string): Promise<string> {
  const started = await client.send("POST", `/v2/${client.repository}/blobs/uploads/`);
  const location = started.headers.get("location");
  if (started.status !== 202 || location === null)
    throw new Error(`the registry did not start an upload: ${started.status}`);
  return digest === undefined ? location : withDigest(location, digest);
}

export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
}

/** Pushes a small image under a tag. Different seeds yield different images. */
export async function pushImage(
  client: RegistryClient,
  tag: string,
  seed: string,
): Promise<{ bytes: Buffer; digest: string; layer: string }> {
  const config = Buffer.from(
    JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } }),
  );
  const content = Buffer.from(seed);
  const [configDigest, layer] = [await pushBlob(client, config), await pushBlob(client, content)];
  const bytes = imageManifest({ digest: configDigest, size: config.length }, { digest: layer, size: content.length });
  const answer = await putManifest(client, tag, bytes);
  if (answer.status !== 201) throw new Error(`the registry refused the image: ${answer.status} ${await answer.text()}`);
  return { bytes, digest: sha256(bytes), layer };
}

export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
export const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";

interface Content {
  digest: string;
  size: number;
}

export function imageManifest(config: Content, layer: Content, more: object = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer }],
      ...more,
    }),
  );
}

export async function putManifest(
  client: RegistryClient,
  reference: string,
  bytes: Uint8Array,
  mediaType: string = MANIFEST_TYPE,
): Promise<Response> {
  return await client.send("PUT", `/v2/${client.repository}/manifests/${reference}`, {
    headers: { "content-type": mediaType },
    body: bytes,
  });
}
