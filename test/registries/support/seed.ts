import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import { cached } from "./cache.ts";
import { copyAsDocker, inspectRaw, push } from "./skopeo.ts";

export const REPOSITORY = "team/app";

/** The tags of the source: the same content in three forms, each with another digest. */
export const SEEDED_TAGS = {
  /** An OCI index as tools write it. */
  oci: "1.0",
  /** The same as Docker's manifest list of schema 2 manifests. */
  docker: "docker",
  /** The OCI index with white space: whoever writes JSON anew changes its digest. */
  indented: "indented",
} as const;

/** Puts the test image into a registry that needs no credentials, under {@link SEEDED_TAGS}. */
export async function seed(host: string): Promise<void> {
  const repository = `${host}/${REPOSITORY}`;
  await push(`${cached("image")}:1.0`, `${repository}:${SEEDED_TAGS.oci}`);
  await copyAsDocker(`${repository}:${SEEDED_TAGS.oci}`, `${repository}:${SEEDED_TAGS.docker}`);
  const index: unknown = JSON.parse(await inspectRaw({ repository }, `:${SEEDED_TAGS.oci}`));
  // skopeo would write it compactly: this one goes up by hand.
  const bytes = Buffer.from(`${JSON.stringify(index, undefined, 3)}\n`);
  const answer = await fetch(`http://${host}/v2/${REPOSITORY}/manifests/${SEEDED_TAGS.indented}`, {
    method: "PUT",
    headers: { "content-type": OCI_INDEX },
    body: bytes,
  });
  if (answer.status !== 201 || answer.headers.get("docker-content-digest") !== digestOf(bytes)) {
    throw new Error(`the source did not take the indented index: ${answer.status} ${await answer.text()}`);
  }
}
