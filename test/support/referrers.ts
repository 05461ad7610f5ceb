import { digestOf, type Digest } from "../../src/oci/digest.ts";
import type { Manifest } from "../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/media-type.ts";
import type { Store } from "../../src/sandbox/registry/registry-store.ts";

export const SIGNATURE = "application/vnd.example.signature.v1+json";
export const SBOM = "application/spdx+json";
export const COSIGN_SIGNATURE = "application/vnd.dev.cosign.artifact.sig.v1+json";

export interface ReferrerOptions {
  artifactType?: string;
  /** Content of its layer. Different texts yield different artifacts. */
  text?: string;
  /**
   * How the artifact refers to the manifest. `subject`: by its subject. `list`: also in the index under the fallback tag.
   * `cosign`: only by cosign's tag.
   */
  via: "subject" | "list" | "cosign";
  /** Media type of its config (default: OCI's empty config). */
  configType?: string;
}

/** Adds an artifact that refers to a manifest to a store. */
export function addReferrer(
  store: Store,
  name: string,
  subject: { digest: Digest; mediaType: string; bytes: Uint8Array },
  {
    artifactType = SIGNATURE,
    text = artifactType,
    via,
    configType = "application/vnd.oci.empty.v1+json",
  }: ReferrerOptions,
): Manifest {
  const repository = store.create(name);
  const blob = (mediaType: string, content: string) => {
    const bytes = Buffer.from(content);
    store.putBlob(repository, digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  };
  const { digest, mediaType, bytes } = subject;
  const named = via === "cosign" ? {} : { artifactType, subject: { mediaType, digest, size: bytes.byteLength } };
  const body = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: blob(configType, "{}"),
    layers: [blob("text/plain", `${text} of ${digest}`)],
    ...named,
    annotations: { "org.example.text": text },
  };
  const manifest = manifestOf(OCI_MANIFEST, body);
  store.putManifest(repository, manifest, via === "cosign" ? [`${digest.replace(":", "-")}.sig`] : []);
  if (via === "list") putList(store, name, digest, [...listed(store, name, digest), manifest]);
  return manifest;
}

/** Stores a list of artifacts under the fallback tag, as clients do for registries without the referrers API. */
export function putList(store: Store, name: string, subject: Digest, artifacts: readonly Manifest[]): Manifest {
  const manifests = artifacts.map(({ mediaType, digest, bytes }) => {
    const { artifactType } = JSON.parse(Buffer.from(bytes).toString()) as { artifactType?: string };
    return { mediaType, digest, size: bytes.byteLength, artifactType };
  });
  const list = manifestOf(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests });
  store.putManifest(store.create(name), list, [fallback(subject)]);
  return list;
}

/** Returns the digests listed under the fallback tag. */
export function listedDigests(store: Store, name: string, subject: Digest): Digest[] {
  return listed(store, name, subject).map(({ digest }) => digest);
}

function listed(store: Store, name: string, subject: Digest): Manifest[] {
  const repository = store.repository(name);
  const digest = repository?.tags.get(fallback(subject));
  const list = digest === undefined ? undefined : repository?.manifests.get(digest);
  if (repository === undefined || list === undefined) return [];
  const { manifests } = JSON.parse(Buffer.from(list.bytes).toString()) as { manifests: { digest: Digest }[] };
  return manifests.flatMap((each) => repository.manifests.get(each.digest) ?? []);
}

export function fallback(subject: Digest): string {
  return subject.replace(":", "-");
}

function manifestOf(mediaType: string, body: unknown): Manifest {
  const bytes = Buffer.from(JSON.stringify(body, undefined, 2));
  return { bytes, mediaType, digest: digestOf(bytes) };
}
