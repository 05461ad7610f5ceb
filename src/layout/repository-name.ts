/** The names of files and folders in a layout (OCI image-spec, image-layout.md). */
const PARTS_OF_A_LAYOUT: ReadonlySet<string> = new Set(["blobs", "index.json", "oci-layout"]);

/**
 * Returns the component of a repository name that is not allowed in a layout; undefined if there is none. For example,
 * the layout of `app/blobs` would be inside the content of `app`.
 */
export function reservedPart(repository: string): string | undefined {
  return repository.split("/").find((part) => PARTS_OF_A_LAYOUT.has(part));
}
