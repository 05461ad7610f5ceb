/** What a layout itself is made of (OCI image-spec, image-layout.md). */
const PARTS_OF_A_LAYOUT: ReadonlySet<string> = new Set(["blobs", "index.json", "oci-layout"]);

/**
 * The part of a repository's name that a layout cannot have: the layout of `app/blobs` would lie within the content of
 * `app`. Undefined where the name is fine.
 */
export function reservedPart(repository: string): string | undefined {
  return repository.split("/").find((part) => PARTS_OF_A_LAYOUT.has(part));
}
