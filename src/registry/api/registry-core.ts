import type { Clock } from "../../clock.ts";
import { MirrorError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import { parseDigest } from "../../oci/digest.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import { urlAt } from "../../parse-url.ts";
import type { DownloadLimit } from "../hosts/download-limit.ts";
import type { Exchange } from "../http/exchange.ts";
import type { RegistryOptions } from "../registry-options.ts";
import type { Operation } from "../errors/operation.ts";

/** What the API calls of a registry client share. */
export interface RegistryCore {
  name: string;
  endpoint: URL;
  side: "source" | "target";
  exchange: Exchange;
  limitRequests: <T>(task: () => Promise<T>) => Promise<T>;
  /** The same for writes of manifests. */
  limitWrites: <T>(task: () => Promise<T>) => Promise<T>;
  limitDownloads: DownloadLimit;
  clock: Clock;
  emit: Emit;
  reservePull?: RegistryOptions["reservePull"];
  /**
   * Returns the URL of a manifest, a blob or a list of referrers, and its name in errors.
   * @throws MirrorError INVALID_REFERENCE
   */
  locate(
    operation: Operation,
    repository: string,
    kind: "manifests" | "blobs" | "referrers",
    reference: string,
  ): { url: URL; reference: string };
  /** Returns the same for the list of a repository's tags. */
  locateTags(repository: string): { url: URL; reference: string };
}

/** Creates the methods that build URLs. They reject invalid names: `..` or `?` would change the request's target. */
export function createLocate(
  core: Pick<RegistryCore, "name" | "endpoint" | "side">,
): Pick<RegistryCore, "locate" | "locateTags"> {
  const { name, endpoint, side } = core;
  const refuse = (operation: Operation, reference: string): never => {
    throw new MirrorError("the name is not valid", { code: "INVALID_REFERENCE", side, operation, reference });
  };
  return {
    locate(operation, repository, kind, reference) {
      const isDigest = parseDigest(reference) !== undefined;
      const isReference = isDigest || (kind === "manifests" && isTag(reference));
      const full = `${name}/${repository}${isDigest ? "@" : ":"}${reference}`;
      if (!isRepository(repository) || !isReference) refuse(operation, full);
      return { url: urlAt(endpoint, `/v2/${repository}/${kind}/${reference}`), reference: full };
    },
    locateTags(repository) {
      const full = `${name}/${repository}`;
      if (!isRepository(repository)) refuse("list tags of", full);
      return { url: urlAt(endpoint, `/v2/${repository}/tags/list`), reference: full };
    },
  };
}
