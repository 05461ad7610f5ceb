/** What holds for every file of the corpus, with a mirror file that has all its images. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";

import { chosenTarget, namedOffline } from "../../../src/cli/rewrite/target-names.ts";
import { knownImages } from "../../../src/desired/lock/known-images.ts";
import { readMirrorText } from "../../../src/desired/mirror-file.ts";
import { entryLines } from "../../../src/mirror-text/entry-lines.ts";
import { entriesFor } from "../../../src/mirror-text/new-entry.ts";
import { familiarReference, formatReference, withDefaultTag } from "../../../src/oci/reference.ts";
import { mirroredImages, type MirroredImages } from "../../../src/rewrite/mirrored-images.ts";
import { nameAtSource, nameAtTarget } from "../../../src/rewrite/new-name.ts";
import { rewriteFile, type NewName, type RewrittenFile } from "../../../src/rewrite/rewrite-file.ts";
import { scanFile } from "../../../src/scan/scan-file.ts";
import type { Occurrence } from "../../../src/scan/scan-paths.ts";
import { ADOPTION, corpusFiles } from "../../support/adoption.ts";

const files = corpusFiles().map(({ path, text }) => ({ path, text: text.replace(/^\u{feff}/u, "") }));

function occurrencesIn({ path, text }: { path: string; text: string }): Occurrence[] {
  const found = scanFile({ path, text, readBeside: (name) => readBeside(path, name) });
  assert.ok(!("message" in found));
  return found.map((image) => ({ ...image, path, position: { line: 1, column: 1 }, isIgnored: false }));
}

function readBeside(path: string, name: string): string | undefined {
  try {
    return readFileSync(join(ADOPTION, dirname(path), name), "utf8");
  } catch {
    return undefined;
  }
}

let known: MirroredImages;
before(async () => {
  const references = files
    .flatMap(occurrencesIn)
    .flatMap(({ value }) => (value.kind === "image" ? [value.reference] : []));
  const { entries, withoutPlace } = entriesFor(references);
  assert.deepEqual(withoutPlace, []);
  const head = "version: 1\nname: laws\ntargets:\n  main: { oci: https://mirror.example.com/team }\nmirrors:\n";
  const text =
    head +
    entries
      .flatMap((entry) => entryLines(entry, "  "))
      .map((line) => `${line}\n`)
      .join("");
  const read = await readMirrorText("m.yaml", "m.yaml", text, { environment: {} });
  assert.ok("file" in read, JSON.stringify("problems" in read ? read.problems : ""));
  const target = chosenTarget(read.file, undefined);
  const images = knownImages(read.file.entries, undefined).filter((image) => image.target === target.name);
  known = mirroredImages(namedOffline(images, target, { environment: {} }));
});

const toTarget: NewName = (from) => {
  const mirrored = known.bySource(from);
  return mirrored === undefined ? undefined : nameAtTarget(from, mirrored, { kind: "unknown" }, false);
};
const toSource: NewName = (from, { edit }) => {
  const mirrored = known.byName(from);
  return mirrored === undefined ? undefined : nameAtSource(from, mirrored, edit.kind !== "whole");
};

function rewrite(file: { path: string; text: string }, newName: NewName): RewrittenFile {
  return rewriteFile(file.path, file.text, occurrencesIn(file), newName);
}

const namesIn = (file: { path: string; text: string }) =>
  occurrencesIn(file).map(({ value }) =>
    value.kind === "image" ? formatReference(withDefaultTag(value.reference)) : value.kind,
  );

/** Whether the file writes each name in the shortest way. */
function isShortest(file: { path: string; text: string }): boolean {
  return occurrencesIn(file).every(({ edit, value }) => {
    if (value.kind !== "image" || edit.kind === "none") return true;
    if (edit.kind === "name") return !/^(?:docker\.io|library)\//.test(file.text.slice(edit.span.start));
    const { tag, ...untagged } = value.reference;
    const isLatest = tag === "latest" && value.reference.digest === undefined && edit.kind === "whole";
    const shortest = familiarReference(isLatest ? untagged : value.reference);
    if (edit.kind === "whole") return file.text.slice(edit.span.start, edit.span.end) === shortest;
    const repository = file.text.slice(edit.repository.start, edit.repository.end);
    return !/^(?:docker\.io\/|library\/)/.test(repository);
  });
}

describe("Over the corpus", () => {
  for (const file of files) {
    test(`${file.path} is rewritten once, and undone`, () => {
      const { after, changed, left } = rewrite(file, toTarget);
      const rewritten = { ...file, text: after };
      assert.deepEqual(rewrite(rewritten, toTarget).after, after, "a second time changes nothing");
      const digests = (text: string) => text.match(/sha256:[0-9a-f]{64}/g) ?? [];
      assert.deepEqual(digests(after), digests(file.text), "no digest is lost");
      const undone = { ...file, text: rewrite(rewritten, toSource).after };
      assert.deepEqual(namesIn(undone), namesIn(file));
      if (isShortest(file)) assert.equal(undone.text, file.text);
      const changeable = occurrencesIn(file).filter(({ value }) => value.kind === "image");
      assert.equal(
        changed.length + left.filter(({ occurrence }) => occurrence.value.kind === "image").length,
        changeable.length,
      );
    });
  }

  test("most names are replaced, and the others have a reason", () => {
    const rewritten = files.map((file) => rewrite(file, toTarget));
    const changed = rewritten.flatMap((file) => file.changed);
    const reasons = rewritten.flatMap(({ left }) => left).filter(({ occurrence }) => occurrence.value.kind === "image");
    assert.ok(changed.length > 180, `${changed.length} changed`);
    assert.deepEqual([...new Set(reasons.map(({ reason }) => reason))].toSorted(), [
      "it has no newName",
      "it is written with escapes",
      "its name comes from a variable",
      "other names contain its variable",
    ]);
  });
});
