import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { fillDestination, parseDestination, AS_AT_SOURCE } from "../../../src/desired/entries/destination.ts";
import { couldGoTo, couldHaveMade, entryTemplate, type EntryTemplate } from "../../../src/desired/tags/tag-template.ts";
import { parseReference, type Reference } from "../../../src/oci/reference.ts";

function templateOf(image: string, to?: string): EntryTemplate {
  const source = parseReference(image);
  const destination = to === undefined ? AS_AT_SOURCE : parseDestination(to);
  assert.ok(typeof source !== "string" && !("message" in destination));
  const template = entryTemplate(["main"], source, destination);
  assert.ok(template !== undefined);
  return template;
}

/** An image, its `to`, the tags that it could have created, and tags that it could not. */
const CASES: readonly (readonly [string, string | undefined, readonly string[], readonly string[]])[] = [
  ["node:20", "dockerhub/{name}:{tag}", ["dockerhub/node:18", "dockerhub/node:a"], ["dockerhub/ruby:18", "node:18"]],
  [
    "ruby",
    "nomorelimit:ruby-{tag}",
    ["nomorelimit:ruby-2.7"],
    ["nomorelimit:ruby-", "nomorelimit:node-2", "nomorelimit:2"],
  ],
  ["ruby:2", "cache:1", ["cache:1"], ["cache:2", "other:1"]],
  ["node", undefined, ["node:18"], ["library/node:18", "ruby:18"]],
  ["ghcr.io/org/app:1", undefined, ["org/app:2"], ["app:2"]],
  [
    "ghcr.io/org/app",
    "{registry}/{namespace}:{name}-{tag}-x",
    ["ghcr.io/org:app-1-x"],
    ["ghcr.io/org:app--x", "ghcr.io/org:app-1"],
  ],
  ["node", "{tag}/{name}:{tag}", ["18/node:18"], ["18/node:20"]],
  ["node", "by/{tag}:all", ["by/18:all"], ["by/18:some", "by:all"]],
  ["node", "x:{tag}{tag}", ["x:abab", "x:11"], ["x:aba", "x:abac", "x:"]],
  ["node", "x:{tag}-{tag}", ["x:1-1", "x:1-2-1-2"], ["x:1-2", "x:-"]],
];

describe("a tag template", () => {
  for (const [image, to, made, others] of CASES) {
    test(`matches the tags of ${image} with ${to === undefined ? "no `to`" : `to: ${to}`}`, () => {
      const template = templateOf(image, to);
      const could = (place: string) =>
        couldHaveMade(template, place.slice(0, place.indexOf(":")), place.slice(place.indexOf(":") + 1));
      assert.deepEqual(
        made.filter((place) => !could(place)),
        [],
      );
      assert.deepEqual(others.filter(could), []);
    });
  }

  test("matches the destination of any tag", () => {
    const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,9}$/);
    const part = fc.constantFrom("{tag}", "{name}", "a", "-", "{tag}", "x1");
    const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
    const source: Reference = { registry: "docker.io", repository: "library/node" };
    fc.assert(
      fc.property(text, text, tag, (repository, to, value) => {
        const destination = { repository, tag: to };
        const template = entryTemplate(["main"], source, destination);
        const filled = fillDestination(destination, { ...source, tag: value });
        assert.ok(template !== undefined && "repository" in filled);
        assert.ok(couldHaveMade(template, filled.repository, filled.tag));
        assert.ok(couldGoTo(template, filled.repository));
      }),
    );
  });
});
