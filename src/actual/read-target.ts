import pLimit, { type LimitFunction } from "p-limit";

import type { DesiredImage } from "../desired/mirror-file.ts";
import type { AccountState } from "../repository/account-state.ts";
import { optionalReading } from "../repository/optional-reading.ts";
import { isManaged } from "../repository/ownership.ts";
import type { RepositorySettings, RepositoryState } from "../repository/settings.ts";
import { MirrorError, reportOf, type ErrorReport } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { ActualTarget } from "./actual.ts";
import { readHeld, type HeldReader, type HeldTags } from "./read-held.ts";

/** The part of a target that reading it needs. */
export interface ReadableTarget extends HeldReader {
  name: string;
  registry: string;
  /** Lists every tag of a repository. Only for targets that manage repositories. */
  listTags?: ((repository: string, signal: AbortSignal) => Promise<ReadonlyMap<string, Digest>>) | undefined;
  /**
   * Describes which of the repositories exist, or returns why one could not be read. Only for targets that manage
   * repositories.
   * @param wanted the declared settings by name. Only managed policies are read
   * @param owner name of the mirror file. The policies of another owner's repositories are not read
   */
  describeRepositories?:
    | ((
        wanted: ReadonlyMap<string, RepositorySettings>,
        owner: string,
        signal: AbortSignal,
      ) => Promise<ReadonlyMap<string, RepositoryState | MirrorError>>)
    | undefined;
  /** Returns which of the tags belong to archived images. Only for targets with an archive. */
  archivedTags?(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  /** Finds the repositories with the owner's ownership tag. The answer can be minutes old. */
  findOwned?: ((owner: string, signal: AbortSignal) => Promise<readonly string[]>) | undefined;
  /** Reads the account settings that affect these repositories. */
  readAccount?(
    wanted: ReadonlyMap<string, RepositorySettings>,
    described: ReadonlyMap<string, RepositoryState | MirrorError>,
    owner: string,
    signal: AbortSignal,
  ): Promise<AccountState>;
}

/**
 * Number of ECR repositories with tags that are read at the same time. Each response can have 64 MB of manifests
 * (BatchGetImage), and ECR publishes no rate limit for the call. Other targets are read tag by tag, under their host's
 * limit.
 */
export const TAG_READS_AT_ONCE = 4;

/** Repositories without declared images in this run. They are read if this mirror file owns them. */
export interface Undeclared {
  /** The repositories of entries that have no images in this run. */
  named: readonly string[];
  /** Whether to find other repositories owned by this mirror file; not if the options of this run exclude images. */
  isSought: boolean;
}

/**
 * Reads what a target has of the images declared for it. If a repository cannot be described, or its tags cannot be read,
 * only its own images fail.
 * @param owner name of the mirror file
 * @param repositoryRead called after each repository of the images
 * @throws MirrorError if no repository can be described
 */
export async function readTarget(
  target: ReadableTarget,
  images: readonly DesiredImage[],
  owner: string,
  undeclared: Undeclared,
  signal: AbortSignal,
  repositoryRead: () => void = () => undefined,
): Promise<ActualTarget> {
  const settings = new Map(images.map((image) => [image.repository, image.settings]));
  const described = await target.describeRepositories?.(settings, owner, signal);
  const limit = pLimit(described === undefined ? Number.POSITIVE_INFINITY : TAG_READS_AT_ONCE);
  const account = described === undefined ? undefined : target.readAccount?.(settings, described, owner, signal);
  const reading = Promise.all(
    [...Map.groupBy(images, (image) => image.repository)].map(async ([repository, group]) => {
      const state = described?.get(repository);
      const read = async (): Promise<HeldImages> => {
        if (state instanceof MirrorError) return unreadable(reportOf(state));
        if (described !== undefined && state === undefined) return NOTHING;
        return limit(() => readRepository(target, repository, group, signal));
      };
      const images = await read();
      repositoryRead();
      return [repository, images] as const;
    }),
  );
  const undeclaredStates =
    described === undefined ? undefined : describeUndeclared(target, settings, owner, undeclared, signal);
  const [held, accountState, others] = await Promise.all([reading, account, undeclaredStates]);
  const repositories = described === undefined ? undefined : readable(described);
  for (const [name, state] of others?.states ?? []) repositories?.set(name, state);
  const read = held.flatMap(([repository, each]) => (each.kind === "read" ? [[repository, each] as const] : []));
  const isOwned = (state: RepositoryState) => isManaged(state, settings.get(state.name) ?? {}, owner);
  const allTags = await listManaged(target, repositories, isOwned, limit, signal);
  return {
    kind: "read",
    name: target.name,
    registry: target.registry,
    repositories,
    tags: new Map(held.map(([repository, each]) => [repository, each.kind === "read" ? each.tags : each.error])),
    contents: new Map(read.map(([repository, { contents }]) => [repository, contents])),
    archived: new Map(read.map(([repository, { archived }]) => [repository, archived])),
    account: accountState,
    ...(allTags === undefined ? {} : { allTags }),
    ...(others?.error === undefined ? {} : { undeclaredError: others.error }),
  };
}

/** The declared images that a repository has, or why they could not be read. */
type HeldImages =
  | (HeldTags & { kind: "read"; archived: ReadonlyMap<string, Digest> })
  | { kind: "unreadable"; error: ErrorReport };

const NONE: ReadonlyMap<string, Digest> = new Map<string, Digest>();
const unreadable = (error: ErrorReport): HeldImages => ({ kind: "unreadable", error });
const NOTHING: HeldImages = { kind: "read", tags: NONE, contents: new Map(), archived: NONE };

function readable(described: ReadonlyMap<string, RepositoryState | MirrorError>): Map<string, RepositoryState> {
  return new Map(
    [...described].flatMap(([name, state]) => (state instanceof MirrorError ? [] : [[name, state] as const])),
  );
}

/** Describes repositories with the owner's ownership tag that are not declared. A failure is returned: they only get a row. */
async function describeUndeclared(
  { findOwned, describeRepositories }: ReadableTarget,
  settings: ReadonlyMap<string, RepositorySettings>,
  owner: string,
  { named, isSought }: Undeclared,
  signal: AbortSignal,
): Promise<{ states: ReadonlyMap<string, RepositoryState>; error: ErrorReport | undefined }> {
  const owned = await optionalReading(
    signal,
    async () => (isSought ? await findOwned?.(owner, signal) : undefined) ?? [],
  );
  const names = [...named, ...(owned.value ?? [])].filter((name) => !settings.has(name));
  if (names.length === 0) return { states: new Map(), error: owned.error };
  const wanted = new Map(names.map((name) => [name, {}]));
  const described = await optionalReading(
    signal,
    async () => (await describeRepositories?.(wanted, owner, signal)) ?? [],
  );
  const states = [...readable(new Map(described.value))].filter(([, state]) => isManaged(state, {}, owner));
  return { states: new Map(states), error: owned.error ?? described.error };
}

/** Lists every tag of the repositories that this mirror file owns or adopts. */
async function listManaged(
  { listTags }: ReadableTarget,
  repositories: ReadonlyMap<string, RepositoryState> | undefined,
  isOwned: (state: RepositoryState) => boolean,
  limit: LimitFunction,
  signal: AbortSignal,
): Promise<ActualTarget["allTags"]> {
  if (listTags === undefined || repositories === undefined) return undefined;
  const owned = [...repositories.values()].filter(isOwned);
  const listed = await Promise.all(
    owned.map(
      async ({ name }) => [name, await limit(() => readOr(asReport, () => listTags(name, signal), signal))] as const,
    ),
  );
  return new Map(listed);
}

async function readRepository(
  target: ReadableTarget,
  repository: string,
  images: readonly DesiredImage[],
  signal: AbortSignal,
): Promise<HeldImages> {
  const read = async (): Promise<HeldImages> => {
    const held = await readHeld(target, repository, images, signal);
    const absent = [...new Set(images.map(({ tag }) => tag))].filter((tag) => !held.tags.has(tag));
    if (absent.length === 0 || target.archivedTags === undefined) {
      return { kind: "read", ...held, archived: NONE };
    }
    return { kind: "read", ...held, archived: await target.archivedTags(repository, absent, signal) };
  };
  return readOr(unreadable, read, signal);
}

const asReport = (error: ErrorReport): ErrorReport => error;

/** Reads, and returns an error of the target as a result. */
async function readOr<Read, Failed>(
  failed: (error: ErrorReport) => Failed,
  read: () => Promise<Read>,
  signal: AbortSignal,
): Promise<Read | Failed> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MirrorError && !signal.aborted) return failed(reportOf(error));
    throw error;
  }
}
