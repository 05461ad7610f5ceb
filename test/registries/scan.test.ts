/** Compares the images that `scan` finds in Dockerfiles with those that BuildKit's frontend asks for. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";

import { formatReference, withDefaultTag } from "../../src/oci/reference.ts";
import { scanFile } from "../../src/scan/scan-file.ts";
import { ADOPTION, corpusFiles } from "../support/adoption.ts";
import { output } from "../support/command.ts";
import { generatedDockerfiles } from "../support/generated-dockerfiles.ts";
import { folderWith } from "../support/mirrorform.ts";
import { cached } from "./support/cache.ts";

interface Asked {
  /** Null if the file is invalid before the first image. */
  images: string[] | null;
  error?: string;
}

async function askBuildkit(paths: readonly string[]): Promise<ReadonlyMap<string, Asked>> {
  const stdout = await output(cached("uri-readers", "dockerfile-images"), paths);
  return new Map(Object.entries(JSON.parse(stdout) as Record<string, Asked>));
}

/** What scan finds in a Dockerfile, without its frontend. */
type Found = { readonly images: readonly string[] } | { readonly uncertain: "unresolved" | "invalid" };

function scanned(text: string): Found {
  const found = scanFile({ path: "Dockerfile", text: text.replace(/^\u{feff}/u, ""), readBeside: () => undefined });
  if ("message" in found) return { uncertain: "invalid" };
  const needed = found.filter(({ at }) => at !== "# syntax").map(({ value }) => value);
  const uncertain = needed.find(({ kind }) => kind === "invalid") ?? needed.find(({ kind }) => kind === "unresolved");
  if (uncertain !== undefined && uncertain.kind !== "image") return { uncertain: uncertain.kind };
  const names = needed.flatMap((value) => {
    return value.kind === "image" ? [formatReference(withDefaultTag(value.reference))] : [];
  });
  return { images: [...new Set(names)].toSorted() };
}

/** @returns how many files were compared */
function compare(files: ReadonlyMap<string, string>, asked: ReadonlyMap<string, Asked>): number {
  let compared = 0;
  for (const [path, text] of files) {
    const found = scanned(text);
    const { images, error } = asked.get(path) ?? { images: null };
    if ("uncertain" in found) {
      if (found.uncertain === "invalid") assert.ok(error !== undefined, `BuildKit accepts\n${text}`);
    } else if (error === undefined) {
      compared++;
      assert.deepEqual(found.images, images ?? [], text);
    }
  }
  return compared;
}

suite("scan and BuildKit agree on the images", () => {
  test("of the Dockerfiles of the corpus", async () => {
    const files = corpusFiles().filter(({ path }) => path.startsWith("dockerfile/"));
    const texts = new Map(files.map(({ path, text }) => [join(ADOPTION, path), text]));
    assert.ok(compare(texts, await askBuildkit([...texts.keys()])) > 40);
  });

  test("of generated Dockerfiles", async (t) => {
    const folder = await folderWith({});
    t.after(() => folder.remove());
    const texts = new Map(generatedDockerfiles(2500, 13).map((text, index) => [join(folder.path, `${index}`), text]));
    for (const [path, text] of texts) await writeFile(path, text);
    const compared = compare(texts, await askBuildkit([...texts.keys()]));
    assert.ok(compared >= 500, `${compared} files without an error`);
  });
});
