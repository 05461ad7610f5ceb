/** Computations whose time must not grow with the square of what they work on. They use no network. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ActualTarget } from "../../src/actual/actual.ts";
import { listedImages } from "../../src/desired/entries/desired-entry.ts";
import { compareLock } from "../../src/desired/lock/check-lock.ts";
import { formatLock, parseLock } from "../../src/desired/lock/lock-text.ts";
import { readMirrorFile, type DesiredImage, type MirrorFile } from "../../src/desired/mirror-file.ts";
import { expandRules } from "../../src/desired/tags/expand-rules.ts";
import { selectSteps } from "../../src/desired/tags/select-tags.ts";
import { entryTemplates } from "../../src/desired/tags/tag-template.ts";
import { digestOf, type Digest } from "../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { formatReference } from "../../src/oci/reference.ts";
import { makePlan, type PlanInput } from "../../src/plan/make-plan.ts";
import { holdToPlan } from "../../src/plan/saved/hold-to-plan.ts";
import { readSavedPlan } from "../../src/plan/saved/saved-plan.ts";
import { OWNERSHIP_TAG, type RepositoryState } from "../../src/repository/settings.ts";
import { policiesOf } from "../../src/cli/iam/policies.ts";
import { renderMarkdown } from "../../src/cli/render/plan-markdown.ts";
import { renderPlan } from "../../src/cli/render/plan-text.ts";
import { createStyle } from "../../src/cli/render/text/style.ts";
import { nameUris } from "../../src/cli/uris/mirrored-uri.ts";
import { atOnce } from "../../src/steps.ts";
import { newFolder } from "./place.ts";

/** One computation. */
export interface GrowthWork {
  /** What it does, and what there are many of. */
  name: string;
  /** Prepares the input, and returns the computation to measure. */
  prepare(size: number): Promise<() => unknown>;
}

const OWNER = "growth";
const HEAD = `version: 1\nname: ${OWNER}\ntargets: { main: { ecr: {} } }\nmirrors:\n`;
const REPLACE = 'replace: { backup: "{tag}-b-{date}" }';
const STYLE = createStyle({ color: false, width: 100 });
const TERMS = { path: "plan.json", partial: true };

/** Mirror files. An entry of many takes few characters, because a mirror file has at most 1 MiB. */
const entriesOf = (size: number, entry: (index: number) => string): string =>
  HEAD +
  numbers(size)
    .map((index) => `- ${entry(index)}\n`)
    .join("");
const tagsOf = (size: number, more = ""): string =>
  `${HEAD}- { image: app, tags: [${numbers(size).map(version).join(", ")}]${more} }\n`;
const ruleOf = (match: string, more = ""): string => `${HEAD}- { image: app, tags: { match: "${match}" }${more} }\n`;

export const GROWTH_WORKS: readonly GrowthWork[] = [
  reading("entries with a repository each", (size) => entriesOf(size, (index) => `image: a${index}`)),
  reading("tags of one entry", tagsOf),
  reading("entries that replace tags", (size) =>
    entriesOf(size / 4, (index) => `{ image: "app:${index}", ${REPLACE} }`),
  ),
  reading("tag rules", (size) => entriesOf(size / 2, (index) => `{ image: a${index}, tags: { match: a } }`)),
  reading("entries with a mistake", (size) => entriesOf(size, () => "imag: app")),
  expanding("tags of one rule", () => ruleOf(".*")),
  expanding("repositories of one rule", () => ruleOf(".*", ', to: "app/{tag}:one"')),
  expanding("tags that a rule and a list select", (size) => `${tagsOf(size)}- { image: app, tags: { match: ".*" } }\n`),
  {
    name: "expand tag rules: rules of one image with 1,000 tags",
    async prepare(size) {
      const { entries } = await read(
        entriesOf(size / 4, (index) => `{ image: app, tags: { match: "1.${index}[.]0" } }`),
      );
      const tags = numbers(1000).map((index) => ({ name: version(index) }));
      return () => expandRules(entries, ({ rule }) => selectSteps({ ...rule, allowEmpty: true }, tags, 0));
    },
  },
  planning("new tags", tagsOf, () => new Map()),
  planning(
    "new repositories",
    (size) => entriesOf(size, (index) => `image: a${index}`),
    () => new Map(),
  ),
  planning(
    "unchanged tags",
    tagsOf,
    held(({ tag }) => digest(tag)),
  ),
  planning(
    "tags to replace",
    (size) => tagsOf(size, `, ${REPLACE}`),
    held(() => digest("old")),
  ),
  planning(
    "undeclared tags",
    (size) => tagsOf(size, `, prune: true, ${REPLACE}`),
    (images, size) => {
      const tags = held(({ tag }) => digest(tag))(images);
      for (const index of numbers(size)) tags.get("app")?.set(`2.${index}.0`, digest("old"));
      return tags;
    },
  ),
  planning(
    "entries that prune one repository",
    (size) => entriesOf(size / 4, (index) => `{ image: "a${index}:1", to: "all:a${index}-{tag}", prune: true }`),
    (images, size) => {
      const tags = held(({ tag }) => digest(tag))(images);
      for (const index of numbers(size)) tags.get("all")?.set(`a${index}-2`, digest("old"));
      return tags;
    },
  ),
  planning(
    "repositories with one image",
    (size) => entriesOf(size / 2, (index) => `{ image: "app:1", to: "r${index}:1" }`),
    (images) => held(() => digest("1"))(images.slice(images.length / 2)),
  ),
  {
    name: "compare with a saved plan: changes",
    async prepare(size) {
      const made = makePlan(await inputFor(tagsOf(size), () => new Map(), size));
      const saved = readSavedPlan(JSON.stringify(made), TERMS.path);
      return () => holdToPlan(saved, made, TERMS);
    },
  },
  {
    name: "compare with a saved plan: changes already made",
    async prepare(size) {
      const made = makePlan(await inputFor(tagsOf(size), () => new Map(), size));
      const saved = readSavedPlan(JSON.stringify(made), TERMS.path);
      const fresh = makePlan(
        await inputFor(
          tagsOf(size),
          held(({ tag }) => digest(tag)),
          size,
        ),
      );
      return () => holdToPlan(saved, fresh, TERMS);
    },
  },
  {
    name: "read and compare a lock file: lines",
    async prepare(size) {
      const file = await read(ruleOf(".*"));
      const text = formatLock(
        new Map(numbers(size).map((index) => [`docker.io/library/app:${version(index)}`, { digest: digest("x") }])),
      );
      return () => {
        const parsed = parseLock(text, "mirrors.lock.yaml");
        if ("problems" in parsed) throw new Error(parsed.problems[0]?.message);
        return compareLock(file, { lines: parsed.lines, path: "mirrors.lock.yaml" });
      };
    },
  },
  {
    name: "render a plan as text: rows",
    async prepare(size) {
      const made = makePlan(await inputFor(tagsOf(size), () => new Map(), size));
      return () => renderPlan(made, STYLE);
    },
  },
  {
    name: "render a plan as Markdown: rows",
    async prepare(size) {
      const made = makePlan(await inputFor(tagsOf(size), () => new Map(), size));
      return () => renderMarkdown(made, 60_000);
    },
  },
  {
    name: "IAM policies: repositories, half of them by a tag rule",
    async prepare(size) {
      const file = await read(
        entriesOf(size / 4, (index) =>
          index % 2 === 0 ? `image: a${index}` : `{ image: a${index}, tags: { match: a }, to: "a${index}/{tag}:1" }`,
        ),
      );
      const place = { partition: "aws", account: "123456789012", region: "us-east-1" };
      return () => atOnce(policiesOf(file, new Map([["main", place]]), ["plan", "apply"], undefined, []));
    },
  },
  {
    name: "name the URIs of images",
    async prepare(size) {
      const images = listedImages((await read(tagsOf(size))).entries);
      return () => atOnce(nameUris(images, ({ repository, tag }) => `registry.example.com/${repository}:${tag}`));
    },
  },
];

function reading(name: string, textOf: (size: number) => string): GrowthWork {
  return {
    name: `read a mirror file: ${name}`,
    prepare: (size) => {
      const path = save(textOf(size));
      return Promise.resolve(() => readMirrorFile(path, { environment: {} }));
    },
  };
}

function expanding(name: string, textOf: (size: number) => string): GrowthWork {
  return {
    name: `expand tag rules: ${name}`,
    async prepare(size) {
      const { entries } = await read(textOf(size));
      const tags = numbers(size).map((index) => ({ name: version(index), digest: digest(version(index)) }));
      return () => expandRules(entries, ({ rule }) => selectSteps(rule, tags, 0));
    },
  };
}

type HeldTags = Map<string, Map<string, Digest>>;

function planning(
  name: string,
  textOf: (size: number) => string,
  tagsAtTarget: (images: readonly DesiredImage[], size: number) => HeldTags,
): GrowthWork {
  return {
    name: `plan: ${name}`,
    async prepare(size) {
      const input = await inputFor(textOf(size), tagsAtTarget, size);
      return () => makePlan(input);
    },
  };
}

async function inputFor(
  text: string,
  tagsAtTarget: (images: readonly DesiredImage[], size: number) => HeldTags,
  size: number,
): Promise<PlanInput> {
  const file = await read(text);
  const images = listedImages(file.entries);
  const tags = tagsAtTarget(images, size);
  const actual: ActualTarget = {
    kind: "read",
    name: "main",
    registry: "123456789012.dkr.ecr.us-east-1.amazonaws.com",
    repositories: new Map([...tags.keys()].map((name) => [name, repository(name)])),
    tags,
    allTags: tags,
  };
  return {
    file: file.path,
    name: OWNER,
    narrowedBy: [],
    narrowing: { targets: [], only: [] },
    inputs: { mirrorFile: "", lock: null, policies: "" },
    images,
    rules: [],
    explained: false,
    declared: images,
    pruning: {
      entries: entryTemplates(file.entries.filter(({ options }) => options.prune === true)),
      empty: [],
      unresolved: [],
      matches: new Map(),
      allowed: new Set(),
    },
    date: "20260131",
    actual: [actual],
    resolutions: new Map(
      images.map(({ source }) => [
        formatReference(source),
        { kind: "found", digest: digest(source.tag ?? ""), mediaType: OCI_MANIFEST, size: 500 },
      ]),
    ),
    contents: new Map(),
    pullLimits: new Map(),
  };
}

function held(digestAt: (image: DesiredImage) => Digest): (images: readonly DesiredImage[]) => HeldTags {
  return (images) => {
    const tags: HeldTags = new Map();
    for (const image of images) {
      const known = tags.get(image.repository) ?? new Map<string, Digest>();
      tags.set(image.repository, known.set(image.tag, digestAt(image)));
    }
    return tags;
  };
}

function repository(name: string): RepositoryState {
  return {
    name,
    arn: `arn:aws:ecr:us-east-1:123456789012:repository/${name}`,
    tagMutability: { default: "IMMUTABLE", except: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    lifecyclePolicy: undefined,
    policy: undefined,
    tags: { [OWNERSHIP_TAG]: OWNER },
  };
}

async function read(text: string): Promise<MirrorFile> {
  const result = await readMirrorFile(save(text), { environment: {} });
  if ("problems" in result) throw new Error(result.problems[0]?.message);
  return result.file;
}

function save(text: string): string {
  const path = join(newFolder("growth"), "mirrors.yaml");
  writeFileSync(path, text);
  return path;
}

function numbers(size: number): number[] {
  return Array.from({ length: size }, (_, index) => index);
}

function version(index: number): string {
  return `1.${index}.0`;
}

function digest(word: string): Digest {
  return digestOf(Buffer.from(word));
}
