import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { scanFile } from "../../src/scan/scan-file.ts";
import { cpuTime } from "../support/cpu-time.ts";

/** Enough that work in the square of the size takes minutes. */
const LENGTH = 500_000;
const LIMIT_MILLISECONDS = 3000;

const repeat = (text: string) => text.repeat(Math.floor(LENGTH / text.length));
const DOUBLED = "ARG A=$A$A$A$A$A$A$A$A\n".repeat(20);
const CHAIN = ["B", "C", "D", "E", "F", "G", "H", "I"].map((next, index) => {
  return `  ${String.fromCharCode(65 + index)}: ${`$${next}`.repeat(10)}\n`;
});

const FILES: readonly (readonly [path: string, what: string, text: string])[] = [
  ["Dockerfile", "open templates", `FROM ${repeat("{{")}`],
  ["Dockerfile", "nested defaults", `FROM ${repeat("${A:-")}`],
  ["Dockerfile", "arguments that grow", `ARG A=aaaaaaaaaa\n${DOUBLED}FROM $A\n`],
  ["Dockerfile", "patterns", `ARG A=${"a".repeat(4000)}\nFROM ${"${A##*a*a*a*a*a*b}".repeat(200)}\n`],
  ["Dockerfile", "here-documents without an end", `FROM a\n${repeat("RUN <<A\n")}`],
  ["Dockerfile", "instructions", repeat("FROM a\n")],
  ["compose.yaml", "nested defaults", `services: { a: { image: '${repeat("${A:-")}' } }`],
  [
    "compose.yaml",
    "an inline Dockerfile",
    `services:\n a:\n  build:\n   dockerfile_inline: |\n${repeat("    FROM a\n")}`,
  ],
  ["pod.yaml", "open parameters", `apiVersion: v1\nkind: Pod\nimage: '${repeat("$(")}'`],
  ["pod.yaml", "nested lists", `apiVersion: v1\nkind: Pod\nx: ${repeat("[")}`],
  ["values.yaml", "open templates", `image: 'a:${repeat("{{")}'`],
  [".gitlab-ci.yml", "variables made of others", `variables:\n${CHAIN.join("")}  I: aaaaaaaaaa\njob: { image: $A }\n`],
  ["task.json", "a text without an end", `"image${repeat('\\"')}`],
  ["task.json", "comments without an end", `image ${repeat("/*")}`],
  ["main.tf", "nested templates", `image = "${repeat('${"')}`],
  ["main.tf", "here-documents without an end", `image\n${repeat("<<A\n")}`],
  ["main.tf", "open blocks", `image ${repeat("{")}`],
];

describe("A pull request cannot stop a scan with", () => {
  for (const [path, what, text] of FILES) {
    test(`${what} in ${path}`, async () => {
      const spent = await cpuTime(() => void scanFile({ path, text, readBeside: () => undefined }));
      assert.ok(spent < LIMIT_MILLISECONDS, `${Math.round(spent)} ms`);
    });
  }
});
