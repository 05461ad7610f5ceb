import { policyChanges } from "../../../src/repository/policy-changes.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import type { ActualTarget } from "../../../src/actual/actual.ts";
import type { AccountState } from "../../../src/repository/account-state.ts";
import type {
  Encryption,
  RepositorySettings,
  RepositoryState,
  TagMutability,
} from "../../../src/repository/settings.ts";
import type { ErrorReport } from "../../../src/errors.ts";
import type { Action } from "../../../src/plan/action.ts";
import { actionsOf, type Plan } from "../../../src/plan/plan.ts";
import { digest, ecr, found, image, plan, repository, rows } from "../state.ts";

const REDIS = "docker.io/library/redis:7";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/1";
const LIFECYCLE = '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged"},"action":{"type":"expire"}}]}';
const POLICY =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"ecr:BatchGetImage"}]}';
const DENIED: ErrorReport = { code: "DENIED", side: "target", operation: "read", message: "no", hint: "grant it" };

const ACCOUNT: AccountState = {
  blobMounting: { value: true },
  scanning: undefined,
  templates: undefined,
  keys: new Map(),
};

/** Makes a plan for redis:7, which exists in a repository of this state. */
function planFor(
  settings: RepositorySettings,
  state: Partial<RepositoryState>,
  account: Partial<AccountState> = {},
): Plan {
  const actual = ecr([repository("redis", state)], { "redis:7": digest("a") });
  const images = [image("redis:7", "redis:7", { settings })];
  return plan(images, { ...actual, account: { ...ACCOUNT, ...account } }, { [REDIS]: found(digest("a")) });
}

/** Returns the rows about the repository. */
function rowsIn(made: Plan): string[] {
  return rows(made).filter((row) => !row.startsWith("unchanged"));
}

const tagged = (more: Record<string, string>) => ({ tags: { mirrorform: "platform", ...more } });
const IMMUTABLE: TagMutability = { default: "IMMUTABLE", except: ["latest", "*-dev"] };

/** A declared setting, the state of the repository, and the expected rows. */
const DRIFT: readonly (readonly [string, RepositorySettings, Partial<RepositoryState>, string[]])[] = [
  ["no declared setting", {}, { scanOnPush: true, tagMutability: IMMUTABLE, lifecyclePolicy: LIFECYCLE }, []],
  ["tag mutability", { tagMutability: IMMUTABLE }, {}, ["put-tag-mutability redis"]],
  [
    "the same filters in another order",
    { tagMutability: IMMUTABLE },
    { tagMutability: { default: "IMMUTABLE", except: ["*-dev", "latest"] } },
    [],
  ],
  [
    "one more filter",
    { tagMutability: IMMUTABLE },
    { tagMutability: { default: "IMMUTABLE", except: ["latest"] } },
    ["put-tag-mutability redis"],
  ],
  ["scan on push", { scanOnPush: true }, {}, ["put-scan-on-push redis"]],
  ["no scan on push", { scanOnPush: false }, { scanOnPush: true }, ["put-scan-on-push redis"]],
  ["scan on push that is equal", { scanOnPush: false }, {}, []],
  ["a resource tag", { tags: { team: "a" } }, tagged({ team: "b", cost: "7" }), ["put-resource-tags redis"]],
  ["a resource tag that is equal", { tags: { team: "a" } }, tagged({ team: "a", cost: "7" }), []],
  ["a lifecycle policy that is missing", { lifecyclePolicy: { json: LIFECYCLE } }, {}, ["put-lifecycle-policy redis"]],
  [
    "another lifecycle policy",
    { lifecyclePolicy: { json: LIFECYCLE } },
    { lifecyclePolicy: '{"rules":[]}' },
    ["put-lifecycle-policy redis"],
  ],
  [
    "an equal lifecycle policy in another form",
    { lifecyclePolicy: { json: LIFECYCLE } },
    { lifecyclePolicy: JSON.stringify(JSON.parse(LIFECYCLE), null, 1) },
    [],
  ],
  [
    "no lifecycle policy",
    { lifecyclePolicy: "none" },
    { lifecyclePolicy: LIFECYCLE },
    ["delete-lifecycle-policy redis"],
  ],
  ["no lifecycle policy, and none there", { lifecyclePolicy: "none" }, {}, []],
  [
    "another repository policy",
    { policy: { json: POLICY } },
    { policy: POLICY.replace("Allow", "Deny") },
    ["set-repository-policy redis"],
  ],
  [
    "an equal repository policy in another form",
    { policy: { json: POLICY } },
    { policy: POLICY.replace('"111111111111"', '["arn:aws:iam::111111111111:root"]') },
    [],
  ],
  ["no repository policy", { policy: "none" }, { policy: POLICY }, ["delete-repository-policy redis"]],
  [
    "different encryption",
    { encryption: { type: "KMS", key: KEY } },
    {},
    ["blocked-encryption redis encryption-immutable"],
  ],
  ["the same encryption", { encryption: { type: "KMS", key: KEY } }, { encryption: { type: "KMS", key: KEY } }, []],
  [
    "an alias with an unknown key",
    { encryption: { type: "KMS", key: "alias/a" } },
    { encryption: { type: "KMS", key: KEY } },
    [],
  ],
];

describe("a setting of an owned repository", () => {
  for (const [what, settings, state, expected] of DRIFT) {
    test(`${what}: ${expected.join() || "nothing to do"}`, () => {
      assert.deepEqual(rowsIn(planFor(settings, state)), expected);
    });
  }

  test("has an action with the old value, the new value and the reason, and is counted by its effect", () => {
    const settings: RepositorySettings = { scanOnPush: true, policy: "none", lifecyclePolicy: { json: LIFECYCLE } };
    const made = planFor(settings, { policy: POLICY });
    const place = { target: "main", repository: "redis" };
    assert.deepEqual(actionsOf(made), [
      {
        id: "put-scan-on-push main redis",
        reason: "setting-drifted",
        ...place,
        kind: "put-scan-on-push",
        from: false,
        to: true,
      },
      {
        id: "put-lifecycle-policy main redis",
        reason: "policy-missing",
        ...place,
        kind: "put-lifecycle-policy",
        from: null,
        to: LIFECYCLE,
        changes: policyChanges({ kind: "put-lifecycle-policy", from: null, to: LIFECYCLE }),
      },
      {
        id: "delete-repository-policy main redis",
        reason: "policy-unwanted",
        ...place,
        kind: "delete-repository-policy",
        from: POLICY,
        to: null,
        changes: policyChanges({ kind: "delete-repository-policy", from: POLICY, to: null }),
      },
    ]);
    const { create, change, delete: removed, blocked } = made.totals;
    assert.deepEqual([create, change, removed, blocked], [1, 1, 1, 0]);
    assert.equal(planFor({ encryption: { type: "KMS" } }, {}).totals.blocked, 1);
  });

  test("applies before images are copied: a tag that becomes mutable can move", () => {
    const state = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
    const images = [image("redis:7", "redis:7", { settings: { tagMutability: { default: "MUTABLE", except: [] } } })];
    const moved = { [REDIS]: found(digest("b")) };
    assert.deepEqual(rows(plan(images, ecr([state], { "redis:7": digest("a") }), moved)), [
      "put-tag-mutability redis",
      "copy-image redis:7",
    ]);
    const foreign = { ...state, tags: {} };
    assert.deepEqual(rows(plan(images, ecr([foreign], { "redis:7": digest("a") }), moved)), [
      "foreign-repository redis not-owned",
      "blocked-tag redis:7 tag-immutable",
    ]);
  });
});

describe("a repository", () => {
  const settings: RepositorySettings = { scanOnPush: true, tags: { team: "a" }, encryption: { type: "KMS" } };

  test("without an owner or with another owner keeps its settings without adopt", () => {
    assert.deepEqual(rowsIn(planFor(settings, { tags: {} })), ["foreign-repository redis not-owned"]);
    assert.deepEqual(rowsIn(planFor(settings, { tags: { mirrorform: "b" } })), ["foreign-repository redis not-owned"]);
  });

  test("without an owner is adopted, and then planned as owned", () => {
    assert.deepEqual(rowsIn(planFor({ ...settings, adopt: true }, { tags: {} })), [
      "adopt-repository redis",
      "blocked-encryption redis encryption-immutable",
      "put-scan-on-push redis",
      "put-resource-tags redis",
    ]);
  });

  test("with another owner is never adopted", () => {
    const made = planFor({ ...settings, adopt: true }, { tags: { mirrorform: "b" } });
    assert.deepEqual(rowsIn(made), ["blocked-adoption redis owned-by-another"]);
    assert.equal(made.totals.blocked, 1);
  });

  test("that is owned is not adopted again", () => {
    assert.deepEqual(rowsIn(planFor({ adopt: true }, {})), []);
  });
});

describe("the account", () => {
  const rule = (frequency: string, ...filters: string[]) => ({ frequency, filters });
  const scanning = (type: "BASIC" | "ENHANCED", ...rules: ReturnType<typeof rule>[]) => ({
    scanning: { value: { type, rules } },
  });
  const notes = (made: Plan) => made.targets[0]?.notes ?? [];

  test("overrides the scanning setting of repositories that its scanning configuration covers", () => {
    const on: RepositorySettings = { scanOnPush: true };
    for (const [account, isCovered] of [
      [scanning("BASIC", rule("SCAN_ON_PUSH", "*")), true],
      [scanning("BASIC", rule("SCAN_ON_PUSH", "edi")), true],
      [scanning("BASIC", rule("CONTINUOUS_SCAN", "re*s")), true],
      [scanning("BASIC", rule("MANUAL", "*")), true],
      [scanning("ENHANCED"), true],
      [scanning("BASIC"), false],
      [scanning("BASIC", rule("SCAN_ON_PUSH", "redi*/x", "nginx")), false],
    ] as const) {
      const made = planFor(on, {}, account);
      assert.deepEqual(rowsIn(made), isCovered ? [] : ["put-scan-on-push redis"], JSON.stringify(account));
      assert.equal(notes(made)[0]?.code, isCovered ? "scanning-by-registry" : undefined);
    }
  });

  test("has no note about scanning that equals the mirror file", () => {
    assert.deepEqual(
      notes(planFor({ scanOnPush: true }, { scanOnPush: true }, scanning("BASIC", rule("SCAN_ON_PUSH", "*")))),
      [],
    );
    assert.deepEqual(notes(planFor({}, {}, scanning("ENHANCED"))), []);
  });

  test("that cannot be read gets a note if it was needed, and fails nothing", () => {
    const made = planFor({ scanOnPush: true }, {}, { scanning: { error: DENIED }, blobMounting: { error: DENIED } });
    assert.deepEqual(notes(made), [{ code: "scanning-not-read", error: DENIED }]);
    assert.equal(made.complete, true);
  });

  test("determines the key of an alias for encryption, with a note if it is unknown", () => {
    const wanted: RepositorySettings = { encryption: { type: "KMS", key: "alias/a" } };
    const have: { encryption: Encryption } = { encryption: { type: "KMS", key: KEY } };
    const facts = (arn: string) => ({ keys: new Map([["alias/a", { value: { arn, isManagedByAws: false } }]]) });
    assert.deepEqual(rowsIn(planFor(wanted, have, facts(KEY))), []);
    assert.deepEqual(rowsIn(planFor(wanted, have, facts(`${KEY}2`))), [
      "blocked-encryption redis encryption-immutable",
    ]);
    const unknown = planFor(wanted, have, { keys: new Map([["alias/a", { error: DENIED }]]) });
    assert.deepEqual(notes(unknown), [{ code: "encryption-not-compared", repositories: ["redis"], error: DENIED }]);
  });

  test("has a note about the template with the longest prefix for each new repository", () => {
    const templates = { value: ["ROOT", "hub", "hub/team"].map((prefix) => ({ prefix, appliedFor: [] })) };
    const actual = { ...ecr([]), account: { ...ACCOUNT, templates } };
    const images = ["hub/team/redis", "hubbub", "hub/redis"].map((name) => image("redis:7", `${name}:7`));
    const made = plan(images, actual, { [REDIS]: found(digest("a")) });
    assert.deepEqual(
      notes(made).map((note) => (note.code === "creation-template" ? [note.prefix, note.repositories] : note)),
      [
        ["hub", ["hub/redis"]],
        ["hub/team", ["hub/team/redis"]],
        ["ROOT", ["hubbub"]],
      ],
    );
  });

  test("has a note if the templates could not be read", () => {
    const actual = { ...ecr([]), account: { ...ACCOUNT, templates: { error: DENIED } } };
    const made = plan([image("redis:7", "redis:7")], actual, { [REDIS]: found(digest("a")) });
    assert.deepEqual(notes(made), [{ code: "templates-not-read", error: DENIED }]);
    assert.equal(made.complete, true);
  });

  test("has a note about blob mounting if another repository of the target has the image", () => {
    const images = [image("redis:7", "redis:7"), image("redis:7", "copy:7")];
    const actual = ecr([repository("redis"), repository("copy")], { "redis:7": digest("a") });
    const made = (value: boolean) =>
      plan(images, { ...actual, account: { ...ACCOUNT, blobMounting: { value } } }, { [REDIS]: found(digest("a")) });
    assert.deepEqual(notes(made(false)), [{ code: "blob-mounting-off", repositories: ["copy"] }]);
    assert.deepEqual(notes(made(true)), []);
  });
});

test("an archived image has its own row, and its source is not queried", () => {
  const actual: ActualTarget = {
    ...ecr([repository("redis")], {}),
    tags: new Map([["redis", new Map()]]),
    archived: new Map([["redis", new Map([["7", digest("a")]])]]),
  };
  const made = plan([image("redis:7", "redis:7")], actual);
  assert.deepEqual(rows(made), ["archived redis:7 image-archived"]);
  assert.equal(made.totals.blocked, 1);
});

test("a lifecycle policy that removes declared tags of an owned repository is a warning", () => {
  const json =
    '{"rules":[{"rulePriority":3,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}';
  const settings: RepositorySettings = { lifecyclePolicy: { json } };
  const images = ["7", "8", "seven"].map((tag) => image(`redis:${tag}`, `redis:${tag}`, { settings }));
  const upstream = {
    [REDIS]: found(digest("a")),
    "docker.io/library/redis:8": found(digest("b")),
    "docker.io/library/redis:seven": found(digest("a")),
  };
  const made = plan(images, ecr([repository("redis", { lifecyclePolicy: json })]), upstream);
  const [warning] = made.targets[0]?.rows.filter(({ kind }) => kind === "lifecycle-warning") ?? [];
  assert.deepEqual(warning?.kind === "lifecycle-warning" && warning.rule, {
    priority: 3,
    action: "expire",
    tags: ["7", "8", "seven"],
    keeps: 1,
    days: undefined,
  });
  const one = plan(
    images.filter(({ tag }) => tag !== "8"),
    ecr([repository("redis", { lifecyclePolicy: json })]),
    upstream,
  );
  assert.deepEqual(
    rowsIn(one).filter((row) => row.startsWith("lifecycle-warning")),
    [],
    "two tags of one image",
  );
  const foreign = plan(images, ecr([repository("redis", { tags: {} })]), upstream);
  assert.deepEqual(
    rowsIn(foreign).filter((row) => row.startsWith("lifecycle-warning")),
    [],
  );
});

const optional = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: undefined });
const mutabilities: fc.Arbitrary<TagMutability> = fc.record({
  default: fc.constantFrom("MUTABLE" as const, "IMMUTABLE" as const),
  except: fc.subarray(["latest", "7", "*-dev"]),
});
const encryptions = fc.constantFrom<Encryption>(
  { type: "AES256" },
  { type: "KMS", key: KEY },
  { type: "KMS", key: "alias/a" },
);
const lifecycles = fc.constantFrom(LIFECYCLE, '{"rules":[]}');
const policies = fc.constantFrom(POLICY, POLICY.replace("Allow", "Deny"));
const someTags = fc.dictionary(fc.constantFrom("team", "cost", "stage"), fc.constantFrom("a", "b", ""));
const owners = fc.constantFrom({ mirrorform: "platform" }, { mirrorform: "another" }, {});

const anySettings = fc.record(
  {
    tagMutability: mutabilities,
    scanOnPush: fc.boolean(),
    encryption: encryptions,
    lifecyclePolicy: fc.oneof(fc.constant("none" as const), fc.record({ json: lifecycles })),
    policy: fc.oneof(fc.constant("none" as const), fc.record({ json: policies })),
    tags: someTags,
    adopt: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<RepositorySettings>;

const anyState = fc
  .record({
    tagMutability: mutabilities,
    scanOnPush: fc.boolean(),
    encryption: encryptions,
    lifecyclePolicy: optional(lifecycles),
    policy: optional(policies),
    tags: fc.tuple(owners, someTags).map(([owner, tags]) => ({ ...tags, ...owner })),
  })
  .map((more) => repository("redis", more));

/** Returns a repository after an action on it. */
function after(state: RepositoryState, action: Action): RepositoryState {
  switch (action.kind) {
    case "adopt-repository":
      return { ...state, tags: { ...state.tags, mirrorform: "platform" } };
    case "put-tag-mutability":
      return { ...state, tagMutability: action.to };
    case "put-scan-on-push":
      return { ...state, scanOnPush: action.to };
    case "put-resource-tags":
      return { ...state, tags: { ...state.tags, ...action.to } };
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
      return { ...state, lifecyclePolicy: action.to ?? undefined };
    case "set-repository-policy":
    case "delete-repository-policy":
      return { ...state, policy: action.to ?? undefined };
    default:
      return state;
  }
}

describe("for any settings and any repository", () => {
  const versions = fc.constantFrom("a", "b");
  const made = (settings: RepositorySettings, state: RepositoryState, held: string, upstream: string) =>
    plan([image("redis:7", "redis:7", { settings })], ecr([state], { "redis:7": digest(held) }), {
      [REDIS]: found(digest(upstream)),
    });

  test("a plan after an apply has no action, and the same blocked rows", () => {
    fc.assert(
      fc.property(anySettings, anyState, versions, versions, (settings, state, held, upstream) => {
        const before = made(settings, state, held, upstream);
        const actions = actionsOf(before);
        const isCopied = actions.some(({ kind }) => kind === "copy-image");
        const again = made(settings, actions.reduce(after, state), isCopied ? upstream : held, upstream);
        assert.deepEqual(actionsOf(again), []);
        assert.equal(again.totals.blocked, before.totals.blocked);
      }),
    );
  });

  test("the only actions on a repository with another owner copy images", () => {
    fc.assert(
      fc.property(anySettings, anyState, (settings, state) => {
        const theirs = { ...state, tags: { ...state.tags, mirrorform: "another" } };
        assert.deepEqual(actionsOf(made(settings, theirs, "a", "a")), []);
      }),
    );
  });

  test("no action changes a setting that is not declared", () => {
    fc.assert(
      fc.property(anyState, (state) => {
        assert.deepEqual(actionsOf(made({}, state, "a", "a")), []);
      }),
    );
  });
});
