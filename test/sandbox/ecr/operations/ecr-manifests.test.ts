import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { digestOf } from "../../../../src/oci/digest.ts";
import { DOCKER_MANIFEST } from "../../../../src/oci/media-type.ts";
import { matchesFilter, translate } from "../../../../src/sandbox/ecr/operations/ecr-manifests.ts";
import { makeImage } from "../../support/ecr.ts";

const fewLetters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet.split("")), maxLength: 8 });

test("a filter matches like a regular expression with .* for *", () => {
  fc.assert(
    fc.property(fewLetters("ab*."), fewLetters("ab."), (filter, tag) => {
      const pattern = new RegExp(`^${filter.replaceAll(".", "[.]").replaceAll("*", ".*")}$`);
      assert.equal(matchesFilter(filter, tag), pattern.test(tag));
    }),
    { numRuns: 2000 },
  );
});

test("a filter with many wildcards is evaluated quickly", () => {
  const filter = `${"*a".repeat(63)}*b`;
  assert.equal(matchesFilter(filter, "a".repeat(128)), false);
});

test("a translation keeps the digests that it refers to", () => {
  const image = makeImage("one");
  const bytes = translate(image, `${DOCKER_MANIFEST};q=0.9`);
  const body = JSON.parse(Buffer.from(bytes ?? []).toString()) as typeof image.body;
  assert.equal(body.mediaType, DOCKER_MANIFEST);
  assert.equal(body.config.mediaType, "application/vnd.docker.container.image.v1+json");
  assert.equal(body.config.digest, digestOf(image.config));
  assert.equal(translate(image, "*/*"), undefined);
  assert.equal(translate(image, "text/html"), undefined);
});
