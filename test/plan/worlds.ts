import fc from "fast-check";

import type { Actual, HeldContent } from "../../src/actual/actual.ts";
import type { DesiredImage } from "../../src/desired/mirror-file.ts";
import { OWNERSHIP_TAG, type RepositorySettings, type RepositoryState } from "../../src/repository/settings.ts";
import { digestOf, type Digest } from "../../src/oci/digest.ts";
import { DOCKER_MANIFEST, OCI_INDEX } from "../../src/oci/media-type.ts";
import type { Action } from "../../src/plan/action.ts";
import { actionsOf, type Plan } from "../../src/plan/plan.ts";
import { digest, found, image, NO_PRUNING, plan, repository } from "./state.ts";

/** What one tag names: its content, and the platforms if its index was made from another one. */
interface HeldTag {
  digest: Digest;
  content: HeldContent;
}

interface HeldRepository {
  state: RepositoryState;
  tags: Map<string, HeldTag>;
}

/** A mirror file with its images, the sources and the targets: everything that determines a plan. */
export interface World {
  images: readonly DesiredImage[];
  /** By repository, the same at each target. */
  settings: ReadonlyMap<string, RepositorySettings>;
  /** The entries that prune, with the template of their tag. */
  prunes: readonly { repository: string; tag: string }[];
  /** By source: the number of the content that its tag names. */
  upstream: Map<string, number>;
  targets: Map<string, { isEcr: boolean; repositories: Map<string, HeldRepository> }>;
}

export const REPOSITORIES = ["node", "redis", "ruby"];
const TARGETS = ["main", "second", "flat"];
const TAGS = ["1", "2", "v1"];
/** Undeclared tags, including the backup of an interrupted run. */
const STRAY = ["0", "v0", "1-old", "2-old"];
const PAIR = ["linux/amd64", "linux/arm64"];
const POLICIES = [
  '{"rules":[{"rulePriority":1}]}',
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}',
] as const;
const MUTABLE = { default: "MUTABLE" as const, except: [] };
const IMMUTABLE = { default: "IMMUTABLE" as const, except: [] };

const mutability = fc.constantFrom(MUTABLE, IMMUTABLE, { default: "IMMUTABLE" as const, except: ["v*"] });
const policy = (json: string) => fc.constantFrom<RepositorySettings["policy"]>("none", { json }, undefined);

const settings: fc.Arbitrary<RepositorySettings> = fc
  .record({
    adopt: fc.constantFrom(true, undefined),
    tagMutability: fc.option(mutability, { nil: undefined }),
    scanOnPush: fc.constantFrom(true, false, undefined),
    tags: fc.constantFrom({ team: "web" }, undefined),
    lifecyclePolicy: policy(POLICIES[0]),
    policy: policy(POLICIES[1]),
  })
  .map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)));

/** The source `name:tag` has the contents 0 to 3. Even numbers are indexes. */
function contentOf(source: string, at: number): { digest: Digest; mediaType: string } {
  return { digest: digest(`${source} ${at}`), mediaType: at % 2 === 0 ? OCI_INDEX : DOCKER_MANIFEST };
}

function heldTag(source: string, at: number, platforms?: readonly string[]): HeldTag {
  const { digest: of, mediaType } = contentOf(source, at);
  if (mediaType !== OCI_INDEX) return { digest: of, content: { kind: "image" } };
  if (platforms === undefined) return { digest: of, content: { kind: "index", selection: undefined } };
  const made = digestOf(Buffer.from(`${of} ${platforms.join()}`));
  return { digest: made, content: { kind: "index", selection: { source: of, platforms: [...platforms] } } };
}

const heldRepository = (name: string): fc.Arbitrary<HeldRepository> =>
  fc
    .record({
      mark: fc.constantFrom("platform", "platform", undefined, undefined, "other"),
      team: fc.constantFrom("data", undefined),
      tagMutability: mutability,
      scanOnPush: fc.boolean(),
      lifecyclePolicy: fc.constantFrom(POLICIES[0], '{"rules":[]}', undefined),
      policy: fc.constantFrom(POLICIES[1], undefined),
      tags: fc.array(
        fc.record({
          tag: fc.constantFrom(...TAGS, ...STRAY),
          at: fc.nat(3),
          platforms: fc.constantFrom(PAIR, PAIR.slice(0, 1), undefined),
        }),
        { maxLength: 6 },
      ),
    })
    .map(({ mark, team, tags, ...more }) => ({
      state: repository(name, {
        ...more,
        tags: { ...(mark === undefined ? {} : { [OWNERSHIP_TAG]: mark }), ...(team === undefined ? {} : { team }) },
      }),
      // A backup can name whatever its tag can name.
      tags: new Map(
        tags.map(({ tag, at, platforms }) => [tag, heldTag(`${name}:${tag.replace("-old", "")}`, at, platforms)]),
      ),
    }));

const options = fc.record({
  platforms: fc.constantFrom(PAIR, undefined),
  replace: fc.constantFrom({ backup: "{tag}-old" }, undefined),
  refresh: fc.constantFrom("always" as const, "always" as const, "missing" as const),
  lockedAt: fc.option(fc.nat(3), { nil: undefined }),
});

const targetsOf = fc.tuple(
  ...TARGETS.map((name) =>
    fc
      .tuple(...REPOSITORIES.map((each) => fc.option(heldRepository(each), { nil: undefined, freq: 3 })))
      .map((held) => ({
        name,
        repositories: new Map(held.flatMap((each) => (each === undefined ? [] : [[each.state.name, each] as const]))),
      })),
  ),
);

export const worlds: fc.Arbitrary<World> = fc
  .record({
    entries: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...REPOSITORIES),
        tag: fc.constantFrom(...TAGS),
        targets: fc.subarray(TARGETS, { minLength: 1 }),
        options,
      }),
      { selector: ({ name, tag }) => `${name}:${tag}`, minLength: 1 },
    ),
    settings: fc.tuple(...REPOSITORIES.map(() => settings)),
    prunes: fc.array(
      fc.record({ repository: fc.constantFrom(...REPOSITORIES), tag: fc.constantFrom("{tag}", "v{tag}") }),
      { maxLength: 3 },
    ),
    upstream: fc.tuple(...REPOSITORIES.flatMap(() => TAGS.map(() => fc.nat(3)))),
    held: targetsOf,
  })
  .map((drawn) => {
    const bySetting = new Map(REPOSITORIES.map((name, i) => [name, drawn.settings[i] ?? {}]));
    const sources = REPOSITORIES.flatMap((name) => TAGS.map((tag) => `${name}:${tag}`));
    return {
      images: drawn.entries.flatMap(({ name, tag, targets, options: chosen }, i) =>
        targets.map((target, j) => declaredImage(name, tag, target, chosen, bySetting.get(name) ?? {}, i * 10 + j)),
      ),
      settings: bySetting,
      prunes: drawn.prunes,
      upstream: new Map(sources.map((source, i) => [source, drawn.upstream[i] ?? 0])),
      targets: new Map(
        drawn.held.map(({ name, repositories }) => [name, { isEcr: name !== "flat", repositories }] as const),
      ),
    };
  });

function declaredImage(
  name: string,
  tag: string,
  target: string,
  { lockedAt, platforms, replace, refresh }: typeof options extends fc.Arbitrary<infer Value> ? Value : never,
  own: RepositorySettings,
  order: number,
): DesiredImage {
  const locked = lockedAt === undefined ? undefined : contentOf(`${name}:${tag}`, lockedAt).digest;
  return image(`${name}:${tag}`, `${name}:${tag}`, {
    target,
    refresh,
    order,
    settings: target === "flat" ? {} : own,
    ...(platforms === undefined ? {} : { platforms }),
    ...(replace === undefined ? {} : { replace }),
    ...(locked === undefined ? {} : { locked: { kind: "digest" as const, digest: locked } }),
  });
}

/** Makes the plan of the file "platform". `turned`: reads everything in the opposite order. */
export function planOf(world: World, turned = false): Plan {
  const turn = <Item>(all: Iterable<Item>): Item[] => (turned ? [...all].toReversed() : [...all]);
  const all = REPOSITORIES.flatMap((name) =>
    TAGS.flatMap((tag) => [0, 1, 2, 3].map((at) => [`${name}:${tag}`, at] as const)),
  );
  const resolutions = Object.fromEntries(
    [
      ...[...world.upstream].map(([source, at]) => [source, at, ""] as const),
      ...all.map(([source, at]) => [source, at, `@${contentOf(source, at).digest}`] as const),
    ].map(([source, at, pin]) => {
      const { digest: resolved, mediaType } = contentOf(source, at);
      return [`docker.io/library/${source}${pin}`, found(resolved, { mediaType })];
    }),
  );
  const actual = [...world.targets].map(([name]) => actualOf(world, name, turn));
  const [first] = actual;
  if (first === undefined) throw new Error("no target");
  return plan(turn(world.images), first, resolutions, {
    actual,
    pruning: {
      ...NO_PRUNING,
      entries: turn(world.prunes.map((each) => ({ targets: ["main", "second"], ...each }))),
    },
  });
}

/** Returns the target as it is read. Includes tags of repositories with another owner, which a plan must ignore. */
function actualOf(world: World, name: string, turn: <Item>(all: Iterable<Item>) => Item[]): Actual {
  const target = world.targets.get(name);
  if (target === undefined) throw new Error(`no target ${name}`);
  const own = world.images.filter((each) => each.target === name);
  const isDeclared = (place: string) => own.some((each) => each.repository === place);
  const held = turn(target.repositories).filter(
    ([place, { state }]) => isDeclared(place) || (target.isEcr && state.tags[OWNERSHIP_TAG] === "platform"),
  );
  const tagsOf = (place: string, tags: HeldRepository["tags"]) =>
    turn(tags).filter(([tag]) => own.some((each) => each.repository === place && each.tag === tag));
  const digests = (tags: Iterable<[string, HeldTag]>) => new Map([...tags].map(([tag, each]) => [tag, each.digest]));
  const declared = held.filter(([place]) => isDeclared(place));
  return {
    kind: "read",
    name,
    registry: `${name}.example.com`,
    repositories: target.isEcr ? new Map(held.map(([place, { state }]) => [place, state])) : undefined,
    tags: new Map(declared.map(([place, { tags }]) => [place, digests(tagsOf(place, tags))])),
    contents: new Map(
      declared.map(([place, { tags }]) => [
        place,
        new Map(tagsOf(place, tags).map(([tag, each]) => [tag, each.content])),
      ]),
    ),
    ...(target.isEcr ? { allTags: new Map(held.map(([place, { tags }]) => [place, digests(turn(tags))])) } : {}),
  };
}

/** Returns the world after the first `most` actions of its plan, in the order of `apply`. */
export function apply(world: World, most = Number.POSITIVE_INFINITY): World {
  const targets = structuredClone(world.targets);
  const ranks: Readonly<Partial<Record<Action["kind"], number>>> = {
    "create-repository": 0,
    "adopt-repository": 0,
    "copy-image": 2,
    "delete-tag": 3,
  };
  const rank = ({ kind }: Action) => ranks[kind] ?? 1;
  const actions = actionsOf(planOf(world)).toSorted((a, b) => rank(a) - rank(b));
  for (const action of actions.slice(0, most)) carryOut(action, world, targets);
  return { ...world, targets };
}

function carryOut(action: Action, world: World, targets: World["targets"]): void {
  const repositories = targets.get(action.target)?.repositories;
  if (repositories === undefined) throw new Error(`no target ${action.target}`);
  const { repository: name } = action;
  const place = repositories.get(name) ?? { state: repository(name, { tags: {} }), tags: new Map<string, HeldTag>() };
  repositories.set(name, place);
  const { state } = place;
  switch (action.kind) {
    case "create-repository": {
      const { tagMutability = MUTABLE, scanOnPush = false, tags } = action.settings;
      place.state = { ...state, tagMutability, scanOnPush, tags: { ...tags, [OWNERSHIP_TAG]: "platform" } };
      return;
    }
    case "adopt-repository":
      place.state = { ...state, tags: { ...state.tags, [OWNERSHIP_TAG]: "platform" } };
      return;
    case "put-tag-mutability":
      place.state = { ...state, tagMutability: action.to };
      return;
    case "put-scan-on-push":
      place.state = { ...state, scanOnPush: action.to };
      return;
    case "put-resource-tags":
      place.state = { ...state, tags: { ...state.tags, ...action.to } };
      return;
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
      place.state = { ...state, lifecyclePolicy: action.to ?? undefined };
      return;
    case "set-repository-policy":
    case "delete-repository-policy":
      place.state = { ...state, policy: action.to ?? undefined };
      return;
    case "copy-image": {
      const now = place.tags.get(action.tag);
      if ((now?.digest ?? null) !== action.precondition) throw new Error(`${action.id}: not as in the plan`);
      if (action.replace !== undefined && now !== undefined) {
        const backup = place.tags.get(action.replace.backupTag);
        if (backup !== undefined && backup.digest !== now.digest)
          throw new Error(`${action.id}: the backup tag exists`);
        place.tags.set(action.replace.backupTag, now);
      }
      const source = `${name}:${action.tag}`;
      const at = [0, 1, 2, 3].find((each) => contentOf(source, each).digest === action.digest);
      if (at === undefined) throw new Error(`${action.id}: no source has ${action.digest}`);
      place.tags.set(action.tag, heldTag(source, at, action.platforms));
      return;
    }
    case "delete-tag":
      if (state.tags[OWNERSHIP_TAG] !== "platform") throw new Error(`${action.id}: the repository is not owned`);
      if (
        world.images.some(
          (each) => each.target === action.target && each.repository === name && each.tag === action.tag,
        )
      )
        throw new Error(`${action.id}: it is declared`);
      place.tags.delete(action.tag);
      return;
    case "copy-referrers":
      throw new Error("no image asks for referrers");
  }
}
