import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const PAGE = "docs/mirror-file.md";

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
}

/** Lists every key of a mirror file, such as `repositories.tagMutability`, except those inside AWS policies. */
function keysOf(root: Schema): Set<string> {
  const keys = new Set<string>();
  const walk = (schema: Schema | boolean | undefined, path: string, seen: readonly string[]): void => {
    if (typeof schema !== "object") return;
    if (schema.$ref !== undefined) {
      if (seen.includes(schema.$ref)) return;
      walk(root.$defs?.[schema.$ref.split("/").at(-1) ?? ""], path, [...seen, schema.$ref]);
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const key = path === "" ? name : `${path}.${name}`;
      keys.add(key);
      if (name !== "lifecyclePolicy" && name !== "policy") walk(property, key, seen);
    }
    walk(schema.additionalProperties, `${path}.<name>`, seen);
    walk(schema.items, `${path}[]`, seen);
    for (const each of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) walk(each, path, seen);
  };
  walk(root, "", []);
  return keys;
}

test("the mirror file page, or a page that it links to, explains each key", () => {
  const page = readFileSync(PAGE, "utf8");
  const linked = [...page.matchAll(/\]\(([\w-]+\.md)/g)].map(([, name]) => join(dirname(PAGE), name ?? ""));
  const pages = [page, ...new Set(linked.map((path) => readFileSync(path, "utf8")))].join("\n");
  const keys = keysOf(JSON.parse(readFileSync("schema/mirrors.schema.json", "utf8")) as Schema);
  assert.ok(keys.size > 50, `${keys.size} keys found`);
  const isExplained = (key: string): boolean => {
    const name = key.split(".").at(-1)?.replace("[]", "") ?? "";
    return new RegExp(`\`(?:[^\`\\n]*\\W)?${name}\\b[^\`\\n]*\``).test(pages);
  };
  assert.deepEqual(
    [...keys].filter((key) => !key.endsWith("<name>") && !isExplained(key)),
    [],
  );
  // Keys of entries, targets and sources have their own rows.
  const missing = [...keys].filter((key) => {
    const name = /^(?:mirrors\[\]|targets\.<name>|sources\.<name>)\.(\w+)$/.exec(key)?.[1];
    return name !== undefined && name !== "repositories" && !new RegExp(`^\\| \`[^\`|]*\\.${name}\``, "m").test(page);
  });
  assert.deepEqual(missing, []);
});
