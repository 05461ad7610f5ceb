import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import { cached } from "./cache.ts";
import { copyAsDocker, inspectRaw, push } from "./skopeo.ts";

export const REPOSITORY = "team/app";

/** The tags of the source: the same content in three forms with different digests. */
export const SEEDED_TAGS = {
  /** An OCI index in the usual format. */
  oci: "1.0",
  /** A Docker manifest list of schema 2 manifests. */
  docker: "docker",
  /** An indented OCI index: reformatting its JSON would change the digest. */
  indented: "indented",
} as const;

/** Pushes the test image under {@link SEEDED_TAGS} to a registry that needs no credentials. */
export async function seed(host: string): Promise<void> {
  const repository = `${host}/${REPOSITORY}`;
  await push(`${cached("image")}:1.0`, `${repository}:${SEEDED_TAGS.oci}`);
  await copyAsDocker(`${repository}:${SEEDED_TAGS.oci}`, `${repository}:${SEEDED_TAGS.docker}`);
  const index: unknown = JSON.parse(await inspectRaw({ repository }, `:${SEEDED_TAGS.oci}`));
  // Not pushed with skopeo, which would write compact JSON.
  const bytes = Buffer.from(`${JSON.stringify(index, undefined, 3)}\n`);
  const answer = await fetch(`http://${host}/v2/${REPOSITORY}/manifests/${SEEDED_TAGS.indented}`, {
    method: "PUT",
    headers: { "content-type": OCI_INDEX },
    body: bytes,
  });
  if (answer.status !== 201 || answer.headers.get("docker-content-digest") !== digestOf(bytes)) {
    throw new Error(`the source refused the indented index: ${answer.status} ${await answer.text()}`);
  }
}
