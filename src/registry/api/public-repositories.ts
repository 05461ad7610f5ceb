import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { DOCKER_HUB } from "../../oci/reference.ts";
import type { Credential } from "../auth/credential.ts";
import type { Registry } from "../registry.ts";

/**
 * Whether anyone can read a repository. Only then may its name be sent to another registry.
 * @param content digest of a manifest, or a blob, in the repository
 */
export type IsPublic = (repository: string, content: Digest | Descriptor, signal: AbortSignal) => Promise<boolean>;

/** The namespace of Docker's official images. */
const OFFICIAL = "library/";

/**
 * Checks whether repositories of a source are public, with one anonymous HEAD request for each repository. HEAD does
 * not count as a pull. Without credentials for the source, everything that mirrorform can read is public. A failed
 * check counts as private.
 * @param registry the source's name
 * @param credential looks up the credential for the host of the source's endpoint
 * @param anonymousClient creates a client of the source without credentials
 */
export function publicRepositories(
  registry: string,
  credential: () => Promise<Credential | undefined>,
  anonymousClient: () => Pick<Registry, "hasManifest" | "hasBlob">,
): IsPublic {
  const results = new Map<string, Promise<boolean>>();
  return (repository, content, signal) => {
    const result = results.get(repository) ?? check(repository, content, signal);
    results.set(repository, result);
    return result;
  };

  async function check(repository: string, content: Digest | Descriptor, signal: AbortSignal): Promise<boolean> {
    if (registry === DOCKER_HUB && repository.startsWith(OFFICIAL)) return true;
    try {
      if ((await credential()) === undefined) return true;
      return typeof content === "string"
        ? await anonymousClient().hasManifest(repository, content, signal)
        : await anonymousClient().hasBlob(repository, content, signal);
    } catch {
      return false;
    }
  }
}
