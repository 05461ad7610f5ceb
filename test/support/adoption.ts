import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { familiarReference } from "../../src/oci/reference.ts";
import type { FoundImage } from "../../src/scan/found-image.ts";
import type { Occurrence } from "../../src/scan/scan-paths.ts";

/** The folder of files that name images. */
export const ADOPTION = fileURLToPath(new URL("../adoption", import.meta.url));

/** A file of the corpus, with a line for each image that it names. */
export interface CorpusFile {
  /** Below {@link ADOPTION}: `dockerfile/syntax/Dockerfile`. */
  readonly path: string;
  readonly text: string;
  readonly expected: readonly string[];
}

/** Reads all files of the corpus. */
export function corpusFiles(): CorpusFile[] {
  const lists = globSync(["**/*.images", "**/.*/**/*.images", "**/.*.images"], { cwd: ADOPTION }).toSorted();
  return [...new Set(lists)].map((list) => {
    const path = list.replace(/\.images$/, "");
    const expected = readFileSync(`${ADOPTION}/${list}`, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    return { path, text: readFileSync(`${ADOPTION}/${path}`, "utf8"), expected };
  });
}

/** Writes an image as the lists of the corpus do. */
export function corpusLine(image: Occurrence): string {
  const { line, column } = image.position;
  return `${line}:${column} ${nameIn(image)}${image.platform === undefined ? "" : ` platform=${image.platform}`}`;
}

function nameIn({ value }: FoundImage): string {
  switch (value.kind) {
    case "image":
      return familiarReference(value.reference);
    case "unresolved":
      return `? ${value.variables.join(" ")}`;
    case "invalid":
      return `! ${value.message}`;
  }
}
