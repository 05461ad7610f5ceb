import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { listedImages } from "../../src/desired/entries/desired-entry.ts";
import { canonicalJson } from "../../src/desired/text/canonical-json.ts";
import { mirrorFileShape } from "../../src/desired/generated/mirror-file-schema.ts";
import { sourceText } from "../../src/desired/text/source-text.ts";
import { typeScalars } from "../../src/desired/text/typed-value.ts";
import { parseYaml } from "../../src/desired/text/yaml-tree.ts";
import { accepted, around, read } from "./mirror-file-in-folder.ts";

/** Tags that YAML's own schemas read as another type. */
const TRAPS = [
  "1.10",
  "010",
  "no",
  "yes",
  "on",
  "null",
  "true",
  "~x",
  "0x10",
  "1e3",
  "1_000",
  "2024-01-01",
  "12:30",
  ".5x",
  "Infinity",
];
const TAG = fc.oneof(
  fc.constantFrom(...TRAPS.filter((tag) => /^[A-Za-z0-9_][\w.-]*$/.test(tag))),
  fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
);

test("law: a tag is read as it is written, with or without quotes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(TAG, { minLength: 1, maxLength: 5 }), fc.boolean(), async (tags, quoted) => {
      const list = tags.map((tag) => (quoted ? `"${tag}"` : tag)).join(", ");
      const file = await accepted(around(`  - { image: node, tags: [${list}], targets: [main] }`));
      const images = listedImages(file.entries);
      assert.deepEqual(
        images.map(({ tag }) => tag),
        tags,
      );
    }),
    { numRuns: 60 },
  );
});

test("scalars that YAML reads as another type stay text where text is expected", () => {
  for (const trap of [...TRAPS, "~", ""]) {
    const { root } = parseYaml(
      sourceText(
        `name: ${trap}\nrepositories: { tags: { a: ${trap} } }\n${trap === "" ? "" : `unknown: [${trap}, x]\n`}`,
      ),
    );
    assert.ok(root);
    const { value } = typeScalars(root, mirrorFileShape, (text) => ({ text }));
    const unknown = trap === "" ? undefined : [trap, "x"];
    const tree = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
    assert.equal(tree["name"], trap);
    assert.deepEqual(tree["repositories"], { tags: { a: trap } });
    if (unknown !== undefined) assert.deepEqual(tree["unknown"], unknown);
  }
});

test("law: the order of keys does not matter", async () => {
  const keys = [
    "version: 1",
    "name: example",
    "targets: { main: { ecr: { region: us-east-1 }, repositories: { scanOnPush: true } } }",
    "repositories: { encryption: KMS, tagMutability: { except: [a], default: MUTABLE } }",
    "sources: { docker.io: { concurrency: 2 } }",
    "mirrors: [{ image: node, tags: [1, 2], refresh: missing }]",
  ];
  const meaning = async (lines: readonly string[]): Promise<unknown> => {
    const { name, targets, sources, entries } = await accepted(`${lines.join("\n")}\n`);
    const images = listedImages(entries);
    return { name, targets, sources: [...sources], images: images.map(({ at: _at, ...image }) => image) };
  };
  const expected = await meaning(keys);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(keys, { minLength: keys.length }), async (shuffled) => {
      assert.deepEqual(await meaning(shuffled), expected);
    }),
    { numRuns: 30 },
  );
});

test("law: no two images of a valid file have the same destination, and their order is their index", async () => {
  const entry = fc.record({
    image: fc.constantFrom("node", "redis", "ghcr.io/a/b"),
    tags: fc.uniqueArray(fc.constantFrom("1", "2", "3"), { minLength: 1 }),
    to: fc.constantFrom("", "{name}", "all", "all:{name}-{tag}", "x/{tag}:y"),
    targets: fc.constantFrom("main", "other", "main, other"),
  });
  let acceptedFiles = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), async (entries) => {
      const lines = entries.map(
        ({ image, tags, to, targets }) =>
          `  - { image: ${image}, tags: [${tags.join(", ")}], targets: [${targets}]${to === "" ? "" : `, to: "${to}"`} }`,
      );
      const result = await read(around(lines.join("\n")));
      if (!("file" in result)) return;
      acceptedFiles++;
      const images = listedImages(result.file.entries);
      const places = new Set(images.map(({ target, repository, tag }) => `${target} ${repository}:${tag}`));
      assert.equal(places.size, images.length);
      assert.deepEqual(
        images.map(({ order }) => order),
        [...images.keys()],
      );
    }),
    { numRuns: 100 },
  );
  assert.ok(acceptedFiles > 10, `only ${acceptedFiles} files were accepted`);
});

test("law: for any text, reading returns a file or problems, with each position inside the text", async () => {
  const fragment = fc.constantFrom(
    "version: 1\n",
    "name: x\n",
    "targets:",
    " { a: { ecr: {} } }\n",
    "mirrors:\n",
    "  - image: node\n",
    "    tags: [1]\n",
    "\u0000",
    "\t",
    "&a ",
    "*a",
    "!!x ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "? ",
    ": ",
    "- ",
    "|\n",
    ">-\n",
    "'",
    '"',
    "#",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\r",
    "é",
    "😀",
    "__proto__: x\n",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fragment, fc.string()), { maxLength: 20 }), async (parts) => {
      const result = await read(parts.join(""));
      if ("file" in result) return;
      assert.ok(result.problems.length > 0);
      const lines = result.source.split(/\r\n|\n|\r/);
      for (const { position } of result.problems) {
        if (position === undefined) continue;
        const line = lines[position.line - 1];
        assert.ok(line !== undefined && position.column <= [...line].length + 1, JSON.stringify(position));
      }
    }),
    { numRuns: 300 },
  );
});

test("law: canonical JSON does not depend on the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const backwards = (tree: unknown): unknown => {
        if (Array.isArray(tree)) return tree.map(backwards);
        if (typeof tree !== "object" || tree === null) return tree;
        const entries = Object.entries(tree).toReversed();
        return Object.fromEntries(entries.map(([key, content]) => [key, backwards(content)]));
      };
      assert.equal(canonicalJson(backwards(value)), canonicalJson(value));
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});
