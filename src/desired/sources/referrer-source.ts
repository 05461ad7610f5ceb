import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { isReferrerTag } from "../../oci/referrer-tags.ts";
import type { Referrer } from "../../oci/referrers.ts";
import type { ReferrerSource } from "./find-referrers.ts";

/** The parts of a registry needed to find referrers. None of these requests is a pull. */
export interface ReferrerRegistry {
  name: string;
  /** Returns undefined if the registry does not support the referrers API. */
  listReferrers(repository: string, subject: Digest, signal: AbortSignal): Promise<Referrer[] | undefined>;
  listTags(repository: string, signal: AbortSignal): Promise<readonly string[]>;
  headManifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<{ mediaType: string; digest: Digest | undefined; size: number | undefined } | undefined>;
}

/** Caches facts about repositories during one run, by registry and repository, to avoid requests for each digest. */
export interface ReferrerMemory {
  /** Whether the referrers API is missing. The first response decides for all digests. */
  withoutApi: Map<string, Promise<boolean>>;
  /** Number of tags looked up with HEAD. */
  lookUps: Map<string, number>;
  /** The referrer tags of a repository; undefined if the registry does not list tags. */
  tags: Map<string, Promise<ReadonlySet<string> | undefined>>;
}

export function createReferrerMemory(): ReferrerMemory {
  return { withoutApi: new Map(), lookUps: new Map(), tags: new Map() };
}

/** How many tags of a repository to look up one by one before listing its tags, which can take many pages. */
const LOOK_UPS_BEFORE_LISTING = 64;

export interface ReferrerPlace {
  registry: ReferrerRegistry;
  repository: string;
  memory: ReferrerMemory;
  /** Whether the registry limits pulls. If so, tags are listed immediately, to save requests and pulls. */
  isCounted: boolean;
  signal: AbortSignal;
}

/** Creates a {@link ReferrerSource} for one repository. */
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
    async typeOf(digest) {
      if (isCounted) return undefined;
      try {
        return (await reading.read(digest))?.mediaType;
      } catch (error) {
        // It can be gone, or no manifest at all. Copying it shows which.
        if (error instanceof MirrorError && !signal.aborted) return undefined;
        throw error;
      }
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
    const known = memory.withoutApi.get(name);
    if (known !== undefined && (await known)) return undefined;
    const listing = registry.listReferrers(repository, subject, signal);
    if (known === undefined) {
      const isWithoutApi = listing.then((listed) => listed === undefined);
      memory.withoutApi.set(
        name,
        isWithoutApi.catch(() => false),
      );
    }
    return listing;
  }

  /** Returns undefined while tags are looked up one by one. */
  function knownTags(): Promise<ReadonlySet<string> | undefined> {
    const count = (memory.lookUps.get(name) ?? 0) + 1;
    memory.lookUps.set(name, count);
    if (!isCounted && count <= LOOK_UPS_BEFORE_LISTING) return Promise.resolve(undefined);
    const known = memory.tags.get(name) ?? listTags();
    memory.tags.set(name, known);
    return known;
  }

  async function listTags(): Promise<ReadonlySet<string> | undefined> {
    try {
      return new Set((await registry.listTags(repository, signal)).filter(isReferrerTag));
    } catch (error) {
      // Some registries do not list tags, or not for every user. Look up each tag instead.
      if (error instanceof MirrorError && !signal.aborted) return undefined;
      throw error;
    }
  }
}

/**
 * Returns a function that checks with HEAD whether a source has a manifest that it lists. Each digest is requested once.
 * Anything but a clear no counts as a yes, because copying the manifest shows what is wrong.
 */
export function createExistenceCheck({
  registry,
  repository,
  signal,
}: Pick<ReferrerPlace, "registry" | "repository" | "signal">): (digest: Digest) => Promise<boolean> {
  const known = new Map<Digest, Promise<boolean>>();
  return (digest) => {
    const check = known.get(digest) ?? has(digest);
    known.set(digest, check);
    return check;
  };

  async function has(digest: Digest): Promise<boolean> {
    try {
      return (await registry.headManifest(repository, digest, signal)) !== undefined;
    } catch (error) {
      if (error instanceof MirrorError && !signal.aborted) return true;
      throw error;
    }
  }
}

/** Returns the manifest, or undefined if the registry does not have it. */
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
  return new MirrorError("the response to HEAD has no digest", {
    code: "DIGEST_MISSING",
    side: "source",
    operation: "list referrers of",
    reference,
  });
}
