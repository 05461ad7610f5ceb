import { MirrorError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Referrer } from "../oci/referrers.ts";
import type { ReferrerSource } from "./find-referrers.ts";

/** As much of a registry as looking for referrers needs: requests that are no pull. */
export interface ReferrerRegistry {
  name: string;
  /** Undefined where there is no referrers API. */
  listReferrers(repository: string, subject: Digest, signal: AbortSignal): Promise<Referrer[] | undefined>;
  headManifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<{ mediaType: string; digest: Digest | undefined; size: number | undefined } | undefined>;
}

export interface ReferrerPlace {
  registry: ReferrerRegistry;
  repository: string;
  /** Repositories without the referrers API, found so far in this run: they are not asked for each digest again. */
  silent: Set<string>;
  signal: AbortSignal;
}

/** A repository of a registry as a place to find referrers in. */
export function referrerSource(
  { registry, repository, silent, signal }: ReferrerPlace,
  reading: Pick<ReferrerSource, "read" | "readList">,
): ReferrerSource {
  const name = `${registry.name}/${repository}`;
  return {
    ...reading,
    name,
    async list(subject) {
      if (silent.has(name)) return undefined;
      const listed = await registry.listReferrers(repository, subject, signal);
      if (listed === undefined) silent.add(name);
      return listed;
    },
    async tag(tag) {
      const head = await registry.headManifest(repository, tag, signal);
      if (head === undefined) return undefined;
      const { digest, mediaType, size } = head;
      if (digest === undefined) throw digestMissing(`${name}:${tag}`);
      return { digest, mediaType, size };
    },
  };
}

/** Gives a manifest, or undefined where the place does not have it. */
export async function unlessAbsent(reading: Promise<Manifest>): Promise<Manifest | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof MirrorError && ABSENT.has(error.code)) return undefined;
    throw error;
  }
}

const ABSENT: ReadonlySet<string> = new Set(["MANIFEST_UNKNOWN", "REPOSITORY_UNKNOWN"]);

function digestMissing(reference: string): MirrorError {
  return new MirrorError("the source gave no digest for a HEAD request", {
    code: "DIGEST_MISSING",
    side: "source",
    operation: "list referrers",
    reference,
  });
}
