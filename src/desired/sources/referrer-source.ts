import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { isReferrerTag } from "../../oci/referrer-tags.ts";
import type { Referrer } from "../../oci/referrers.ts";
import type { ReferrerSource } from "./find-referrers.ts";

/** As much of a registry as looking for referrers needs: requests that are no pull. */
export interface ReferrerRegistry {
  name: string;
  /** Undefined where there is no referrers API. */
  listReferrers(repository: string, subject: Digest, signal: AbortSignal): Promise<Referrer[] | undefined>;
  listTags(repository: string, signal: AbortSignal): Promise<readonly string[]>;
  headManifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<{ mediaType: string; digest: Digest | undefined; size: number | undefined } | undefined>;
}

/** What was learned of repositories in one run, by registry and repository, so that it is not asked for each digest again. */
export interface ReferrerMemory {
  /** Whether they lack the referrers API: the first answer tells for all digests. */
  silent: Map<string, Promise<boolean>>;
  /** Tags looked up by HEAD. */
  lookedUp: Map<string, number>;
  /** The tags that say what refers to a digest; undefined where the registry does not list its tags. */
  tags: Map<string, Promise<ReadonlySet<string> | undefined>>;
}

export function createReferrerMemory(): ReferrerMemory {
  return { silent: new Map(), lookedUp: new Map(), tags: new Map() };
}

/** So many tags of a repository are looked up one by one. When more are wanted, its tags are listed, which may take many pages. */
const LOOK_UPS_BEFORE_LISTING = 64;

export interface ReferrerPlace {
  registry: ReferrerRegistry;
  repository: string;
  memory: ReferrerMemory;
  /** Whether tags are listed at once: where many requests are frowned upon, and a manifest that is not read is a pull saved. */
  isCounted: boolean;
  signal: AbortSignal;
}

/** A repository of a registry as a place to find referrers in. */
export function referrerSource(
  { registry, repository, memory, isCounted, signal }: ReferrerPlace,
  reading: Pick<ReferrerSource, "read" | "readList">,
): ReferrerSource {
  const name = `${registry.name}/${repository}`;
  const lists = new Map<Digest, Promise<Referrer[] | undefined>>();
  return {
    ...reading,
    name,
    list: listOnce,
    async tag(tag) {
      if ((await knownTags())?.has(tag) === false) return undefined;
      const head = await registry.headManifest(repository, tag, signal);
      if (head === undefined) return undefined;
      const { digest, mediaType, size } = head;
      if (digest === undefined) throw digestMissing(`${name}:${tag}`);
      return { digest, mediaType, size };
    },
    async hasNone(subject) {
      if (!isCounted || (await listOnce(subject)) !== undefined) return false;
      return (await knownTags())?.size === 0;
    },
  };

  function listOnce(subject: Digest): Promise<Referrer[] | undefined> {
    const known = lists.get(subject) ?? list(subject);
    lists.set(subject, known);
    return known;
  }

  async function list(subject: Digest): Promise<Referrer[] | undefined> {
    const asked = memory.silent.get(name);
    if (asked !== undefined && (await asked)) return undefined;
    const listing = registry.listReferrers(repository, subject, signal);
    if (asked === undefined) {
      const isSilent = listing.then((listed) => listed === undefined);
      memory.silent.set(
        name,
        isSilent.catch(() => false),
      );
    }
    return listing;
  }

  /** Undefined as long as each tag is looked up by itself. */
  function knownTags(): Promise<ReadonlySet<string> | undefined> {
    const count = (memory.lookedUp.get(name) ?? 0) + 1;
    memory.lookedUp.set(name, count);
    if (!isCounted && count <= LOOK_UPS_BEFORE_LISTING) return Promise.resolve(undefined);
    const known = memory.tags.get(name) ?? listTags();
    memory.tags.set(name, known);
    return known;
  }

  async function listTags(): Promise<ReadonlySet<string> | undefined> {
    try {
      return new Set((await registry.listTags(repository, signal)).filter(isReferrerTag));
    } catch (error) {
      // Some registries list nothing, or not to everybody: then each tag is looked up.
      if (error instanceof MirrorError && !signal.aborted) return undefined;
      throw error;
    }
  }
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
    operation: "list referrers of",
    reference,
  });
}
