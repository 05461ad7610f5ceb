import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, test } from "node:test";

/** The folders of src that each folder may import from. See `docs/decisions/0001-layout.md`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "": [],
  oci: [],
  repository: ["oci"],
  registry: ["oci"],
  dockerhub: ["registry", "oci"],
  ecr: ["repository", "registry", "oci"],
  layout: ["registry", "oci"],
  desired: ["repository", "ecr", "dockerhub", "layout", "registry", "oci"],
  actual: ["desired", "repository", "dockerhub", "registry", "oci"],
  plan: ["desired", "actual", "repository", "oci"],
  apply: ["plan", "desired", "actual", "repository", "dockerhub", "registry", "oci"],
  run: ["apply", "plan", "actual", "desired", "repository", "ecr", "dockerhub", "layout", "registry", "oci"],
  scan: ["desired", "registry", "oci"],
  "mirror-text": ["desired", "oci"],
  rewrite: ["scan", "desired", "registry", "oci"],
  sandbox: ["oci"],
  cli: [
    "run",
    "apply",
    "plan",
    "actual",
    "desired",
    "repository",
    "ecr",
    "dockerhub",
    "registry",
    "oci",
    "scan",
    "rewrite",
    "mirror-text",
    "sandbox",
  ],
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, "utf8");
  const found = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;"']*?from\s*"([^"]+)"|import\("([^"]+)"\)/g,
  );
  return [...found].map(([, typeOnly, named, dynamic]) => {
    const to = named ?? dynamic ?? "";
    const path = to.startsWith(".") ? normalize(join(dirname(file), to)) : to;
    return { from: file, to: path, typeOnly: typeOnly !== undefined };
  });
}

function folderOf(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? (parts[1] ?? "") : "";
}

const all = globSync("src/**/*.ts").flatMap(importsOf);
const own = all.filter(({ to }) => to.startsWith("src/"));

describe("imports", () => {
  test("are found", () => {
    assert.ok(own.length > 100, `${own.length} imports`);
  });

  test("go only to lower folders", () => {
    const upwards = own.filter(({ from, to }) => {
      const [above, below] = [folderOf(from), folderOf(to)];
      return below !== "" && above !== below && !(MAY_IMPORT[above] ?? []).includes(below);
    });
    assert.deepEqual(upwards, []);
  });

  test("of plan are types and pure functions, without network, files, process or clock", () => {
    const reached = new Set<string>();
    const visit = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      if (!file.startsWith("src/")) return;
      for (const { to, typeOnly } of importsOf(file)) if (!typeOnly) visit(to);
    };
    globSync("src/plan/**/*.ts").forEach(visit);
    const impure = [...reached].filter((path) => !path.startsWith("src/") && path !== "node:crypto");
    assert.deepEqual(impure, []);
  });

  test("of tag rule engines are loaded only for tag rules", () => {
    const texts = globSync("src/**/*.ts").map((file) => readFileSync(file, "utf8"));
    assert.ok(texts.some((text) => text.includes('await import("re2js")')));
    assert.deepEqual(
      texts.filter((text) => /from "(?:re2js|semver)/.test(text)),
      [],
    );
  });

  test("of a library are only in the folders that need it", () => {
    const allowed: Readonly<Record<string, RegExp>> = {
      undici: /^src\/(registry|ecr|dockerhub|run\/connections)/,
      "@aws-sdk/": /^src\/ecr\//,
      listr2: /^src\/cli\/progress\//,
      "js-yaml": /^src\/(desired|scan)\//,
      ajv: /^src\/desired\//,
      re2js: /^src\/desired\//,
      commander: /^src\/cli\/options\//,
      diff: /^src\/cli\/rewrite\//,
      "dockerfile-ast": /^src\/scan\//,
      ignore: /^src\/scan\//,
      yaml: /^src\/mirror-text\//,
      semver: /^src\/desired\//,
    };
    const strays = all.filter(({ from, to }) => {
      const entry = Object.entries(allowed).find(([name]) => to === name || to.startsWith(name.replace(/\/?$/, "/")));
      return entry !== undefined && !entry[1].test(from);
    });
    assert.deepEqual(strays, []);
  });
});

test("only cli prints or ends the process", () => {
  const printing = globSync("src/**/*.ts")
    .filter((file) => !file.startsWith("src/cli/"))
    .filter((file) => /console\.|process\.(stdout|stderr|exit)/.test(readFileSync(file, "utf8")));
  assert.deepEqual(printing, []);
});
