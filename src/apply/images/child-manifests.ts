import type { Manifest } from "../../oci/manifest.ts";
import type { ImageTarget } from "../ports.ts";

/** Puts manifests by digest, for a whole run: one that several images have in common is put once in a repository. */
export interface ChildManifests {
  put(target: ImageTarget, repository: string, manifest: Manifest, signal: AbortSignal): Promise<void>;
}

export function createChildManifests(): ChildManifests {
  const underWay = new Map<string, Promise<void>>();
  return {
    put(target, repository, manifest, signal) {
      const place = target.uri(repository, manifest.digest);
      const known = underWay.get(place);
      if (known !== undefined) return known;
      const putting = target.putManifest(repository, undefined, manifest, signal);
      underWay.set(place, putting);
      // What failed once may do later.
      putting.catch(() => underWay.delete(place));
      return putting;
    },
  };
}
