import type { ErrorReport } from "../../../src/errors.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { digest, failed, found, HELD, image, POLICY, repository } from "../../plan/state.ts";
import type { Scene } from "./scene.ts";

const IMMUTABLE = { tagMutability: { default: "IMMUTABLE" as const, except: ["latest"] } };
const KEY = "arn:aws:kms:us-east-1:123456789012:key/0f7b1c1e-0000-4000-8000-000000000001";
const [OLD, NEW] = [digest("old"), digest("new")];
const PAIR = ["linux/amd64", "linux/arm64"];
/** A repository policy that lets a principal pull. */
function letting(principal: string): string {
  const statement = `{"Sid":"Pull","Effect":"Allow","Principal":${principal},"Action":"ecr:BatchGetImage"}`;
  return `{"Version":"2012-10-17","Statement":[${statement}]}`;
}

const EXPIRING =
  '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}';
const signature = (word: string) => ({ mediaType: OCI_MANIFEST, digest: digest(word), size: 1, artifactType: "a/b" });
const tagged = (word: string) => ({
  tag: `sha256-${word}.sig`,
  kind: "artifact" as const,
  digest: digest(word),
  mediaType: OCI_MANIFEST,
  size: 400,
});
const NOTHING = { artifacts: new Map(), tags: new Map() };
const hub = (name: string) => `docker.io/library/${name}`;
const denied = { code: "DENIED", side: "target", operation: "list tags of", message: "no" } as const;

/** Returns an image that is the same at Docker Hub and at the target. */
function kept(name: string, more: Parameters<typeof image>[2] = {}): Scene {
  return {
    images: [image(`${name}:1`, `${name}:1`, more)],
    sources: { [hub(`${name}:1`)]: found(OLD) },
    tags: { [`${name}:1`]: OLD },
  };
}

/** Returns an unchanged image with `referrers`. */
function signed(name: string, referrers: Scene["referrers"], more: Scene = { images: [] }): Scene {
  const base = kept(name, { referrers: {} });
  return { repositories: [repository(name)], ...base, ...more, images: base.images, referrers: referrers as never };
}

/** Images that are created, copied and moved. */
const COPIES: readonly Scene[] = [
  {
    images: [image("ruby:2.7.1-slim", "nomorelimit:ruby", { settings: { ...IMMUTABLE, scanOnPush: true, ...POLICY } })],
    sources: { [hub("ruby:2.7.1-slim")]: found(digest("ruby"), { mediaType: OCI_INDEX, size: 2000 }) },
  },
  {
    images: [image("node:22", "node:22")],
    sources: { [hub("node:22")]: found(NEW) },
    repositories: [repository("node")],
    tags: { "node:22": OLD },
    undeclared: { "node:20": digest("older") },
    prunes: { node: "{tag}" },
  },
  {
    ...kept("pinned", {}),
    images: [image(`pinned:1@${NEW}`, "pinned:1")],
    sources: { [`${hub("pinned:1")}@${NEW}`]: found(NEW) },
    repositories: [repository("pinned")],
  },
  {
    images: [image("chosen:1", "chosen:1", { platforms: PAIR }), image("chosen:2", "chosen:2", { platforms: PAIR })],
    sources: {
      [hub("chosen:1")]: found(OLD, { mediaType: OCI_INDEX }),
      [hub("chosen:2")]: found(NEW, { mediaType: OCI_INDEX }),
    },
    repositories: [repository("chosen")],
    tags: { "chosen:1": OLD },
    contents: { "chosen:1": { kind: "index", selection: undefined } },
  },
  {
    images: [image("python:3", "python:3", { replace: { backup: "{tag}-before-{date}" } })],
    sources: { [hub("python:3")]: found(NEW) },
    repositories: [repository("python", IMMUTABLE)],
    tags: { "python:3": OLD },
  },
  {
    ...kept("moved", { referrers: {}, settings: { scanOnPush: true } }),
    sources: { [hub("moved:1")]: found(NEW) },
    repositories: [repository("moved")],
    undeclared: { "moved:0": OLD },
    prunes: { moved: "{tag}" },
    referrers: {
      kind: "found",
      found: { subjects: [{ subject: NEW, artifacts: [signature("sbom")], tags: [] }], unread: [], leftOut: [] },
      held: NOTHING,
    },
  },
];

const UNREAD: ErrorReport = {
  code: "DENIED",
  side: "target",
  operation: "read blob",
  reference: "single@sha256:1f",
  message: "no",
  hint: "grant ecr:GetDownloadUrlForLayer on single",
};

/** Images that are blocked or could not be read. */
const TROUBLE: readonly Scene[] = [
  {
    images: [image("ghcr.io/team/app:1", "app:1")],
    sources: { "ghcr.io/team/app:1": failed("UNAUTHORIZED") },
    repositories: [repository("app")],
  },
  { ...kept("redis"), sources: { [hub("redis:1")]: failed("PULL_LIMIT") }, repositories: [repository("redis")] },
  { ...kept("nginx"), sources: { [hub("nginx:1")]: found(NEW) }, repositories: [repository("nginx", IMMUTABLE)] },
  {
    images: [image("frozen:1", "frozen:1")],
    repositories: [repository("frozen")],
    tags: {},
    archived: { "frozen:1": OLD },
  },
  {
    images: ["single:1", "single:2"].map((name) => image(name, name, { platforms: PAIR })),
    sources: { [hub("single:1")]: found(OLD), [hub("single:2")]: found(OLD) },
    repositories: [repository("single")],
    tags: { "single:1": OLD, "single:2": OLD },
    contents: {
      "single:1": { kind: "image", platform: { kind: "read", platform: "linux/amd64" } },
      "single:2": { kind: "image", platform: { kind: "unread", error: UNREAD } },
    },
  },
];

/** Images with a lock file. */
const LOCKED: readonly Scene[] = [
  {
    images: [
      image("locked:1", "locked:1", { locked: { kind: "digest", digest: NEW } }),
      image("locked:2", "locked:2", { locked: { kind: "digest", digest: OLD } }),
      image("locked:3", "locked:3", { locked: { kind: "no-line" } }),
      image(`locked:4@${NEW}`, "locked:4", { locked: { kind: "contradicted", digest: OLD } }),
      image("locked:5", "locked:5", { locked: { kind: "digest", digest: OLD } }),
    ],
    sources: { [`${hub("locked:1")}@${NEW}`]: found(NEW), [`${hub("locked:2")}@${OLD}`]: found(OLD) },
    repositories: [repository("locked")],
    tags: { "locked:1": OLD, "locked:2": OLD, "locked:5": OLD },
    upstream: {
      [hub("locked:1")]: found(digest("newest")),
      [hub("locked:2")]: found(NEW),
      [hub("locked:5")]: failed("UNREACHABLE"),
    },
  },
];

/** Repositories: their owners and settings. */
const SETTINGS: readonly Scene[] = [
  {
    ...kept("drifted", {
      refresh: "missing",
      settings: {
        ...IMMUTABLE,
        ...POLICY,
        policy: { json: letting('"*"') },
        scanOnPush: true,
        tags: { team: "web", tier: "" },
      },
    }),
    repositories: [
      repository("drifted", {
        lifecyclePolicy: EXPIRING,
        policy: letting('{"AWS":"arn:aws:iam::123456789012:root"}'),
        tags: { mirrorform: "platform", team: "data" },
      }),
    ],
  },
  {
    ...kept("bare", { settings: { lifecyclePolicy: "none", policy: "none" } }),
    repositories: [repository("bare", HELD)],
  },
  { ...kept("adopted", { settings: { adopt: true } }), repositories: [repository("adopted", { tags: {} })] },
  {
    ...kept("claimed", { settings: { adopt: true } }),
    repositories: [repository("claimed", { tags: { mirrorform: "other" } })],
  },
  { ...kept("theirs"), repositories: [repository("theirs", { tags: { mirrorform: "other" } })] },
  { ...kept("handmade"), repositories: [repository("handmade", { tags: {} })] },
  {
    ...kept("sealed", { settings: { encryption: { type: "KMS", key: "alias/mirror" } } }),
    repositories: [repository("sealed")],
  },
  {
    ...kept("aliased", { settings: { encryption: { type: "KMS", key: "alias/mirror" } } }),
    repositories: [repository("aliased", { encryption: { type: "KMS", key: KEY } })],
  },
  { ...kept("scanned", { settings: { scanOnPush: false } }), repositories: [repository("scanned")] },
  {
    images: [1, 2].map((tag) =>
      image(`brief:${tag}`, `brief:${tag}`, { settings: { lifecyclePolicy: { json: EXPIRING } } }),
    ),
    sources: { [hub("brief:1")]: found(OLD), [hub("brief:2")]: found(NEW) },
    repositories: [repository("brief", { lifecyclePolicy: EXPIRING })],
    tags: { "brief:1": OLD, "brief:2": NEW },
  },
];

/** Undeclared tags. */
const UNDECLARED: readonly Scene[] = [
  {
    ...kept("many"),
    repositories: [repository("many")],
    undeclared: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`many:old-${i + 10}`, digest("older")])),
    prunes: { many: "{tag}" },
  },
  { ...kept("same"), repositories: [repository("same")], undeclared: { "same:tmp": OLD } },
  {
    ...kept("narrow"),
    repositories: [repository("narrow")],
    narrowedOut: [image("narrow:2", "narrow:2")],
    undeclared: { "narrow:old": OLD },
    prunes: { narrow: "{tag}" },
  },
  {
    images: [image("unclear:1", "unclear:1"), image("unclear:2", "unclear:2"), image("unclear:3", "unclear:3")],
    sources: {
      [hub("unclear:1")]: found(OLD),
      [hub("unclear:2")]: failed("PULL_LIMIT"),
      [hub("unclear:3")]: failed("PULL_LIMIT"),
    },
    repositories: [repository("unclear")],
    tags: { "unclear:1": OLD, "unclear:2": OLD },
    undeclared: { "unclear:old": OLD },
    prunes: { unclear: "{tag}" },
  },
  {
    ...kept("backed"),
    images: [image("backed:1", "backed:1", { replace: { backup: "{tag}-before-{date}" } })],
    repositories: [repository("backed")],
    undeclared: { "backed:1-before-20250101": OLD },
    prunes: { backed: "{tag}" },
  },
  {
    ...kept("strange"),
    repositories: [repository("strange")],
    images: [image("strange:1", "strange:v1")],
    tags: { "strange:v1": OLD },
    undeclared: { "strange:by-hand": OLD },
    prunes: { strange: "v{tag}" },
  },
  {
    ...kept("unlisted"),
    repositories: [repository("unlisted")],
    unlisted: { unlisted: denied },
    prunes: { unlisted: "{tag}" },
  },
  { images: [], repositories: [repository("emptied")], undeclared: { "emptied:1": OLD }, prunes: { emptied: "{tag}" } },
  { images: [], repositories: [repository("left")], undeclared: { "left:1": OLD, "left:2": NEW } },
  { images: [], repositories: [repository("left-unseen")], unlisted: { "left-unseen": denied } },
  { ...kept("unseen"), repositories: [repository("unseen")], unlisted: { unseen: denied } },
];

/** Signatures, SBOMs and attestations. */
const REFERRERS: readonly Scene[] = [
  signed("signed", {
    kind: "found",
    found: {
      subjects: [{ subject: OLD, artifacts: [signature("sbom"), signature("sig")], tags: [] }],
      unread: [],
      leftOut: [],
    },
    held: NOTHING,
  }),
  signed("resigned", {
    kind: "found",
    found: {
      subjects: [{ subject: OLD, artifacts: [], tags: [tagged("again")] }],
      unread: [digest("list")],
      leftOut: [],
    },
    held: { artifacts: new Map(), tags: new Map([[tagged("again").tag, { digest: OLD, isCurrent: false }]]) },
  }),
  signed("unknown", { kind: "found", found: { subjects: [], unread: [OLD], leftOut: [] }, held: NOTHING }),
  signed("unwanted", {
    kind: "found",
    found: { subjects: [{ subject: OLD, artifacts: [signature("sbom")], tags: [] }], unread: [], leftOut: [] },
    held: { ...NOTHING, refused: new Map([[OLD, new Set([digest("sbom")])]]) },
  }),
  signed("gone", {
    kind: "found",
    found: { subjects: [], unread: [], leftOut: [], gone: [digest("sbom")] },
    held: NOTHING,
  }),
  signed("obsolete", {
    kind: "found",
    found: {
      subjects: [],
      unread: [],
      leftOut: [{ digest: digest("sbom"), mediaType: "application/vnd.oci.artifact.manifest.v1+json" }],
    },
    held: NOTHING,
  }),
  signed(
    "stuck",
    {
      kind: "found",
      found: { subjects: [{ subject: OLD, artifacts: [], tags: [tagged("stuck")] }], unread: [], leftOut: [] },
      held: { artifacts: new Map(), tags: new Map([[tagged("stuck").tag, { digest: OLD, isCurrent: false }]]) },
    },
    { images: [], repositories: [repository("stuck", IMMUTABLE)] },
  ),
  signed("secret", { kind: "failed", error: { ...denied, side: "source", operation: "list referrers of" } }),
  signed("spent", {
    kind: "failed",
    error: { ...denied, code: "PULL_LIMIT", side: "source", operation: "list referrers of" },
  }),
];

/** Everything that a plan can contain. Each scene has its own repository, named after what happens there. */
export const SCENES: readonly Scene[] = [...COPIES, ...TROUBLE, ...LOCKED, ...SETTINGS, ...UNDECLARED, ...REFERRERS];
