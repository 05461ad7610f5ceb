import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean, nearest } from "../src/nearest.ts";

test("a slip of the pen finds the word that was meant", () => {
  const keys = ["image", "tags", "to", "refresh", "targets", "repositories"];
  const slips = { imgae: "image", tag: "tags", Targets: "targets", repository: "repositories", refersh: "refresh" };
  for (const [slip, meant] of Object.entries(slips)) assert.equal(nearest(slip, keys), meant);
});

test("another word finds nothing", () => {
  for (const word of ["platforms", "x", "q", "", "completely"]) {
    assert.equal(nearest(word, ["image", "tags", "a"]), undefined, word);
  }
});

test("among equals the word that begins alike is taken", () => {
  assert.equal(nearest("IMUTABLE", ["MUTABLE", "IMMUTABLE"]), "IMMUTABLE");
});

test("a very long word is not compared", () => {
  assert.equal(didYouMean("a".repeat(100_000), ["a".repeat(100_000)]), undefined);
});
