import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { parseReference, type Reference } from "../../src/oci/reference.ts";
import { applyReplacements, replacementsFor } from "../../src/rewrite/replacements.ts";
import type { Edit } from "../../src/scan/found-image.ts";

function reference(text: string): Reference {
  const parsed = parseReference(text);
  assert.ok(typeof parsed !== "string");
  return parsed;
}

/** Rewrites a text in which `<` and `>` surround the span that names the image. */
function rewrite(marked: string, kind: "whole" | "name", from: string, to: string): string {
  const start = marked.indexOf("<");
  const end = marked.indexOf(">") - 1;
  const text = marked.replace(/[<>]/g, "");
  const edit: Edit = { kind, span: { start, end } };
  const textOf = (span: { start: number; end: number }) => text.slice(span.start, span.end);
  const place = { edit, from: reference(from), textOf, quoted: (written: string) => written };
  const replacements = replacementsFor(place, reference(to));
  return "reason" in replacements ? replacements.reason : applyReplacements(text, replacements);
}

describe("A name", () => {
  test("is replaced as a whole", () => {
    assert.equal(rewrite("FROM <nginx:1> AS a", "whole", "nginx:1", "reg.io/n:2"), "FROM reg.io/n:2 AS a");
  });

  test("is written in the familiar form", () => {
    assert.equal(rewrite("FROM <reg.io/n:2>", "whole", "reg.io/n:2", "docker.io/library/nginx:1"), "FROM nginx:1");
  });

  test("keeps the variable of its tag", () => {
    assert.equal(rewrite("FROM <nginx>:${T}", "name", "nginx:1", "reg.io/n:1"), "FROM reg.io/n:${T}");
  });

  test("whose tag is a variable cannot get another tag", () => {
    assert.match(rewrite("FROM <nginx>:${T}", "name", "nginx:1", "reg.io/n:2"), /its tag comes from a variable/);
  });
});

describe("A name with keys for its parts", () => {
  const text = "registry: docker.io, repository: nginx, tag: 1";
  const spans = {
    registry: { start: 10, end: 19 },
    repository: { start: 33, end: 38 },
    tag: { start: 45, end: 46 },
  };
  const place = (edit: Edit, from: string) => ({
    edit,
    from: reference(from),
    textOf: (span: { start: number; end: number }) => text.slice(span.start, span.end),
    quoted: (written: string) => written,
  });

  test("has each part replaced", () => {
    const replacements = replacementsFor(place({ kind: "fields", ...spans }, "nginx:1"), reference("reg.io/a/n:2"));
    assert.ok(!("reason" in replacements));
    assert.equal(applyReplacements(text, replacements), "registry: reg.io, repository: a/n, tag: 2");
  });

  test("has the registry in the repository if it has no key of its own", () => {
    const { repository, tag } = spans;
    const replacements = replacementsFor(
      place({ kind: "fields", repository, tag }, "nginx:1"),
      reference("reg.io/a/n:1"),
    );
    assert.ok(!("reason" in replacements));
    assert.equal(applyReplacements(text, replacements), "registry: docker.io, repository: reg.io/a/n, tag: 1");
  });

  test("cannot get a tag or a digest without a key", () => {
    const { repository, tag } = spans;
    const noTag = replacementsFor(place({ kind: "fields", repository }, "nginx:1"), reference("reg.io/n:2"));
    assert.ok("reason" in noTag && noTag.reason === "it has no key for the tag");
    const pinned = reference(`reg.io/n:1@sha256:${"a".repeat(64)}`);
    const noDigest = replacementsFor(place({ kind: "fields", repository, tag }, "nginx:1"), pinned);
    assert.ok("reason" in noDigest && noDigest.reason === "it has no key for the digest");
  });
});

describe("Changes of a text", () => {
  test("are applied from any order, and equal ones once", () => {
    const one = { span: { start: 4, end: 5 }, text: "X" };
    const other = { span: { start: 0, end: 1 }, text: "Y" };
    assert.equal(applyReplacements("a b c", [one, other, one]), "Y b X");
  });

  test("that overlap are a defect", () => {
    const one = { span: { start: 0, end: 3 }, text: "X" };
    const other = { span: { start: 2, end: 4 }, text: "Y" };
    assert.throws(() => applyReplacements("abcdef", [one, other]), /overlap/);
  });
});
