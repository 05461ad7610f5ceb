import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { environmentSuffix } from "../../src/oci/environment-suffix.ts";
import { isRegistry } from "../../src/oci/reference.ts";

test("host names become suffixes of environment variables", () => {
  assert.equal(environmentSuffix("ghcr.io"), "GHCR_IO");
  assert.equal(environmentSuffix("registry-1.docker.io"), "DOCKER_IO");
  assert.equal(environmentSuffix("index.docker.io"), "DOCKER_IO");
  assert.equal(environmentSuffix("[::1]:5000"), "_______1____5000");
  assert.equal(environmentSuffix("my-reg.example.com:5000"), "MY__REG_EXAMPLE_COM___5000");
  assert.notEqual(environmentSuffix("registry.example.com"), environmentSuffix("registry-example.com"));
});

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,4}[a-z0-9])?$/);
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
const withPort = (host: string, number: number | undefined): string =>
  number === undefined ? host : `${host}:${number}`;
const domain = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), port)
  .map(([parts, number]) => withPort(parts.join("."), number));
const address = fc
  .tuple(
    fc.ipV6().filter((text) => !text.includes(".")),
    port,
  )
  .map(([text, number]) => withPort(`[${text}]`, number));
/** Uses few characters, so that similar hosts are common. */
const narrow = fc.stringMatching(/^(?:a|a-{1,3}a)(?:[.](?:a|a-{1,3}a|1)){0,2}(?::1{1,2})?$/);
const narrowAddress = fc.stringMatching(/^\[(?:a|1)?(?:::?(?:a|1)){1,2}(?:::)?\](?::1{1,2})?$/);
const host = fc.oneof(domain, address, narrow, narrowAddress).filter(isRegistry);

test("no two hosts share a suffix", () => {
  fc.assert(
    fc.property(host, host, (one, other) => {
      fc.pre(one !== other);
      assert.notEqual(environmentSuffix(one), environmentSuffix(other));
    }),
    { numRuns: 3_000 },
  );
});

test("short hosts of few characters have distinct suffixes", () => {
  const seen = new Map<string, string>();
  const letters = ["a", "1", ".", "-", ":", "[", "]"];
  let count = 0;
  const grow = (text: string): void => {
    if (isRegistry(text) && isRealHost(text)) {
      const suffix = environmentSuffix(text);
      assert.equal(seen.get(suffix), undefined, `${seen.get(suffix)} and ${text}`);
      assert.match(suffix, /^[A-Z0-9_]+$/);
      seen.set(suffix, text);
      count += 1;
    }
    if (text.length < 6) for (const letter of letters) grow(text + letter);
  };
  grow("");
  assert.ok(count > 500);
});

/** The grammar of references allows any digits and colons in brackets. URLs do not. */
function isRealHost(text: string): boolean {
  return !text.startsWith("[") || URL.canParse(`https://${text}`);
}
