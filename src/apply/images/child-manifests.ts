import type { Manifest } from "../../oci/manifest.ts";
import type { ImageTarget } from "../ports.ts";

/** Puts manifests by digest, for a whole run: a manifest that several images share is put once per repository. */
export interface ChildManifests {
  put(target: ImageTarget, repository: string, manifest: Manifest, signal: AbortSignal): Promise<void>;
}

export function createChildManifests(): ChildManifests {
  const puts = new Map<string, Promise<void>>();
  return {
    put(target, repository, manifest, signal) {
      const key = target.uri(repository, manifest.digest);
      const known = puts.get(key);
      if (known !== undefined) return known;
      const put = target.putManifest(repository, undefined, manifest, signal);
      puts.set(key, put);
      // The next image that has the manifest retries a failed put.
      put.catch(() => puts.delete(key));
      return put;
    },
  };
}
