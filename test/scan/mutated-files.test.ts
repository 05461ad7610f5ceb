import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { parseReference } from "../../src/oci/reference.ts";
import { rewriteFile } from "../../src/rewrite/rewrite-file.ts";
import { mayNameImages, scanFile } from "../../src/scan/scan-file.ts";
import { corpusFiles } from "../support/adoption.ts";

const files = corpusFiles().filter(({ path }) => mayNameImages(path));

/** Texts that mean something in one of the formats. */
const PIECES = [
  "$",
  "${",
  "}",
  "{{",
  "}}",
  '"',
  "'",
  "\\",
  "`",
  "\n",
  "\r\n",
  "\t",
  "#",
  ":",
  "- ",
  "<<EOF\n",
  "*a",
  "&a ",
  "!x ",
  "|",
  ">-",
  "FROM ",
  "ARG ",
  "--from=",
  "[",
  "]",
  "{",
  "\u{feff}",
  "\u{2028}",
  "\u{1f600}",
  "/*",
  "//",
  "<<: ",
  "image: ",
  "@sha256:",
  "%",
];

const START = { line: 1, column: 1 };

const mutation = fc.record({
  file: fc.constantFrom(...files),
  edits: fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(12),
      insert: fc.constantFrom("", ...PIECES),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

test("A file with errors is no crash, and each image that is found stands where it is said to", () => {
  const runs = Number(process.env["FUZZ_RUNS"] ?? 3000);
  fc.assert(
    fc.property(mutation, ({ file, edits }) => {
      let text = file.text.replace(/^\u{feff}/u, "");
      for (const { at, remove, insert } of edits) {
        const start = Math.floor(at * text.length);
        text = text.slice(0, start) + insert + text.slice(start + remove);
      }
      const found = scanFile({ path: file.path, text, readBeside: () => undefined });
      if ("message" in found) return assert.ok(found.message.length > 0);
      for (const { span, edit, value } of found) {
        assert.ok(0 <= span.start && span.start <= span.end && span.end <= text.length);
        if (edit.kind === "whole" && value.kind === "image") {
          assert.deepEqual(
            parseReference(text.slice(edit.span.start, edit.span.end).replaceAll("\\/", "/")),
            value.reference,
          );
        }
      }
      const occurrences = found.map((image) => ({ ...image, path: file.path, position: START, isIgnored: false }));
      const moved = rewriteFile(file.path, text, occurrences, (from) => ({ ...from, registry: "mirror.example.com" }));
      assert.equal(moved.after === text, moved.changed.length === 0);
    }),
    { numRuns: runs, seed: Number(process.env["FUZZ_SEED"] ?? 7) },
  );
});
