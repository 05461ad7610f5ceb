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

/** As much of a target as reading it needs. Reads only. */
export interface ReadableTarget extends HeldReader {
  name: string;
  registry: string;
  /** Where repositories are things of their own: every tag of one. */
  listTags?: ((repository: string, signal: AbortSignal) => Promise<ReadonlyMap<string, Digest>>) | undefined;
  /**
   * Where repositories are things of their own: those that exist, of those asked for, or why one could not be read.
   * @param wanted the settings that the file declares for each name; policies are read as far as it manages them
   * @param owner name of the mirror file: the policies of another owner's repositories are not read
   */
  describeRepositories?:
    | ((
        wanted: ReadonlyMap<string, RepositorySettings>,
        owner: string,
        signal: AbortSignal,
      ) => Promise<ReadonlyMap<string, RepositoryState | MirrorError>>)
    | undefined;
  /** Where images can be archived: those of these tags, which are absent otherwise, that are. */
  archivedTags?(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  /** Where repositories have marks: the names of those with the owner's, as something says that may be minutes old. */
  findOwned?: ((owner: string, signal: AbortSignal) => Promise<readonly string[]>) | undefined;
  /** What the account says that bears on these repositories. */
  readAccount?(
    wanted: ReadonlyMap<string, RepositorySettings>,
    described: ReadonlyMap<string, RepositoryState | MirrorError>,
    owner: string,
    signal: AbortSignal,
  ): Promise<AccountState>;
}

/**
 * Repositories of ECR whose tags are read at once: each may bring 64 MB of manifests (BatchGetImage), and ECR
 * publishes no rate for the call. Other targets are asked tag by tag, under their registry's own limit.
 */
export const TAG_READS_AT_ONCE = 4;

/** Repositories of which nothing is declared in this run, and that are looked at all the same where they are this file's. */
export interface Undeclared {
  /** Those that an entry without images would go to. */
  named: readonly string[];
  /** Whether others with the mark are looked for; not where the run is narrowed to some images. */
  isSought: boolean;
}

/**
 * Reads what a target holds of the images declared for it. A repository that cannot be described, or whose tags cannot
 * be read, spoils its own images alone.
 * @param owner name of the mirror file
 * @throws MirrorError when no repository can be described
 */
export async function readTarget(
  target: ReadableTarget,
  images: readonly DesiredImage[],
  owner: string,
  undeclared: Undeclared,
  signal: AbortSignal,
): Promise<ActualTarget> {
  const settings = new Map(images.map((image) => [image.repository, image.settings]));
  const described = await target.describeRepositories?.(settings, owner, signal);
  const limit = pLimit(described === undefined ? Number.POSITIVE_INFINITY : TAG_READS_AT_ONCE);
  const account = described === undefined ? undefined : target.readAccount?.(settings, described, owner, signal);
  const reading = Promise.all(
    [...Map.groupBy(images, (image) => image.repository)].map(async ([repository, group]) => {
      const state = described?.get(repository);
      if (state instanceof MirrorError) return [repository, unreadable(reportOf(state))] as const;
      if (described !== undefined && state === undefined) return [repository, NOTHING] as const;
      return [repository, await limit(() => readRepository(target, repository, group, signal))] as const;
    }),
  );
  const looking = described === undefined ? undefined : describeUndeclared(target, settings, owner, undeclared, signal);
  const [held, accountState, others] = await Promise.all([reading, account, looking]);
  const repositories = described === undefined ? undefined : readable(described);
  for (const [name, state] of others?.states ?? []) repositories?.set(name, state);
  const read = held.flatMap(([repository, each]) => (each.kind === "read" ? [[repository, each] as const] : []));
  const isOurs = (state: RepositoryState) => isManaged(state, settings.get(state.name) ?? {}, owner);
  const allTags = await listManaged(target, repositories, isOurs, limit, signal);
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

/** Those of the owner's mark, beside what is declared. No more than a row follows from them, so that a failure is told and is none. */
async function describeUndeclared(
  { findOwned, describeRepositories }: ReadableTarget,
  settings: ReadonlyMap<string, RepositorySettings>,
  owner: string,
  { named, isSought }: Undeclared,
  signal: AbortSignal,
): Promise<{ states: ReadonlyMap<string, RepositoryState>; error: ErrorReport | undefined }> {
  const marked = await optionalReading(
    signal,
    async () => (isSought ? await findOwned?.(owner, signal) : undefined) ?? [],
  );
  const names = [...named, ...(marked.value ?? [])].filter((name) => !settings.has(name));
  if (names.length === 0) return { states: new Map(), error: marked.error };
  const wanted = new Map(names.map((name) => [name, {}]));
  const described = await optionalReading(
    signal,
    async () => (await describeRepositories?.(wanted, owner, signal)) ?? [],
  );
  const states = [...readable(new Map(described.value))].filter(([, state]) => isManaged(state, {}, owner));
  return { states: new Map(states), error: marked.error ?? described.error };
}

/** Every tag of the repositories that are this file's, or will be: in others they are somebody else's business. */
async function listManaged(
  { listTags }: ReadableTarget,
  repositories: ReadonlyMap<string, RepositoryState> | undefined,
  isOurs: (state: RepositoryState) => boolean,
  limit: LimitFunction,
  signal: AbortSignal,
): Promise<ActualTarget["allTags"]> {
  if (listTags === undefined || repositories === undefined) return undefined;
  const owned = [...repositories.values()].filter(isOurs);
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

/** Reads, and makes a result of the failure if it is one of the target. */
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
