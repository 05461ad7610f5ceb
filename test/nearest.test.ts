import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean, nearest } from "../src/nearest.ts";

test("a typo finds the intended word", () => {
  const keys = ["image", "tags", "to", "refresh", "targets", "repositories"];
  const typos = { imgae: "image", tag: "tags", Targets: "targets", repository: "repositories", refersh: "refresh" };
  for (const [typo, intended] of Object.entries(typos)) assert.equal(nearest(typo, keys), intended);
});

test("a different word finds nothing", () => {
  for (const word of ["platforms", "x", "q", "", "completely"]) {
    assert.equal(nearest(word, ["image", "tags", "a"]), undefined, word);
  }
});

test("of equally close words, one with the same first letter is preferred", () => {
  assert.equal(nearest("IMUTABLE", ["MUTABLE", "IMMUTABLE"]), "IMMUTABLE");
});

test("a very long word is not compared", () => {
  assert.equal(didYouMean("a".repeat(100_000), ["a".repeat(100_000)]), undefined);
});
