import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { DOCKER_HUB } from "../../oci/reference.ts";
import type { Credential } from "../auth/credential.ts";
import type { Registry } from "../registry.ts";

/**
 * Tells whether a repository is open to anybody: only then may its name be told elsewhere.
 * @param content a manifest's digest, or a blob, that the repository has
 */
export type IsPublic = (repository: string, content: Digest | Descriptor, signal: AbortSignal) => Promise<boolean>;

/** Docker's official images. */
const OFFICIAL = "library/";

/**
 * Asks a source as anybody, by HEAD and once for a repository, where we are known to it: without credentials it showed us
 * nothing else. HEAD counts no pull. What cannot be learned counts as private.
 * @param registry the source's name
 * @param credential who we are at the host that is really asked
 * @param anybody a client of it without credentials
 */
export function publicRepositories(
  registry: string,
  credential: () => Promise<Credential | undefined>,
  anybody: () => Pick<Registry, "headManifest" | "hasBlob">,
): IsPublic {
  const known = new Map<string, Promise<boolean>>();
  return (repository, content, signal) => {
    const answer = known.get(repository) ?? look(repository, content, signal);
    known.set(repository, answer);
    return answer;
  };

  async function look(repository: string, content: Digest | Descriptor, signal: AbortSignal): Promise<boolean> {
    if (registry === DOCKER_HUB && repository.startsWith(OFFICIAL)) return true;
    try {
      if ((await credential()) === undefined) return true;
      return typeof content === "string"
        ? (await anybody().headManifest(repository, content, signal)) !== undefined
        : await anybody().hasBlob(repository, content, signal);
    } catch {
      return false;
    }
  }
}
