import { MirrorError } from "../../errors.ts";
import { discard } from "../http/body.ts";
import { MAX_ERROR_BYTES } from "../limits.ts";
import type { RegistryCore } from "./registry-core.ts";
import { readErrors } from "../errors/registry-errors.ts";

/** Checks repositories of a registry. */
export interface Repositories {
  /**
   * Whether the registry reports that the repository does not exist, as before its first manifest. False if the check
   * fails.
   * @throws MirrorError only if the signal is aborted
   */
  isUnknownRepository(repository: string, signal?: AbortSignal): Promise<boolean>;
}

/** Distribution-spec, "Listing Tags" and the error code NAME_UNKNOWN. */
export function createRepositories({ exchange, limitRequests, locateTags }: RegistryCore): Repositories {
  return {
    async isUnknownRepository(repository, signal) {
      try {
        const { url, reference } = locateTags(repository);
        url.searchParams.set("n", "1");
        const subject = { operation: "check for repository", reference } as const;
        const call = { ...subject, method: "GET", url, repository, signal, repeatable: false } as const;
        return await limitRequests(() =>
          exchange({ ...call, accept: [200, 404] }, async ({ status, body, text }) => {
            await discard(body, MAX_ERROR_BYTES);
            return status === 404 && readErrors(text).some(({ code }) => code === "NAME_UNKNOWN");
          }),
        );
      } catch (error) {
        if (error instanceof MirrorError && error.code !== "INTERRUPTED" && signal?.aborted !== true) return false;
        throw error;
      }
    },
  };
}
