import type { MirroredUri } from "./mirrored-uri.ts";

/** What the URI of an image in a layout starts with. */
const LAYOUT = "oci:";

/**
 * Returns the name under which BuildKit looks up a replacement for an image: Docker's familiar name, without `:latest`
 * (moby/buildkit, `frontend/dockerui/config.go`, `NamedContext`). Unlike the familiar name of a reference, it also shortens
 * `docker.io/a.b/c`.
 */
export function contextName({ source }: Pick<MirroredUri, "source">): string {
  return source.replace(/^docker\.io\/(?:library\/(?=[^/]*$))?/, "").replace(/:latest$/, "");
}

/** Returns the value of a named build context with the mirrored image (docker/buildx, `build/opt.go`). */
export function contextValue({ uri }: Pick<MirroredUri, "uri">): string {
  return isInLayout({ uri }) ? `oci-layout://${uri.slice(LAYOUT.length)}` : `docker-image://${uri}`;
}

/** Whether the image is in a layout on disk. `FROM` cannot name such an image, but a build context can. */
export function isInLayout({ uri }: Pick<MirroredUri, "uri">): boolean {
  return /^oci:\.{0,2}\//.test(uri);
}
