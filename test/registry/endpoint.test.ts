import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MirrorError } from "../../src/errors.ts";
import { isRegistry } from "../../src/oci/reference.ts";
import { endpointFor, environmentSuffix } from "../../src/registry/endpoint.ts";

test("a registry is asked over https at its own host, Docker Hub at its registry's", () => {
  const at = (registry: string): string => endpointFor(registry, { environment: {} }).href;
  assert.equal(at("docker.io"), "https://registry-1.docker.io/");
  assert.equal(at("ghcr.io"), "https://ghcr.io/");
  assert.equal(at("localhost:5000"), "https://localhost:5000/");
  assert.equal(at("[::1]:5000"), "https://[::1]:5000/");
});

test("the operator's variable wins over the file's endpoint", () => {
  const environment = { MIRRORFORM_ENDPOINT_DOCKER_IO: "http://127.0.0.1:5000" };
  const configured = "https://cache.example.com";
  assert.equal(endpointFor("docker.io", { environment, configured }).href, "http://127.0.0.1:5000/");
  assert.equal(endpointFor("docker.io", { environment: {}, configured }).href, "https://cache.example.com/");
  assert.equal(
    endpointFor("docker.io", { environment: { MIRRORFORM_ENDPOINT_DOCKER_IO: "" }, configured }).host,
    "cache.example.com",
  );
  assert.equal(endpointFor("ghcr.io", { environment }).href, "https://ghcr.io/");
});

for (const text of [
  "cache.example.com",
  "ftp://a.example",
  "https://a.example/path",
  "https://me:hunter2@a.example",
  "https://a.example?x=1",
  "https://a.example#x",
  "file:///etc",
  "https://",
]) {
  test(`the endpoint ${text} is refused, and not repeated`, () => {
    for (const [options, code] of [
      [{ environment: {}, configured: text }, "INVALID_FILE"],
      [{ environment: { MIRRORFORM_ENDPOINT_A_EXAMPLE: text } }, "USAGE"],
    ] as const) {
      assert.throws(
        () => endpointFor("a.example", options),
        (error: Error) => {
          assert.ok(error instanceof MirrorError);
          assert.equal(error.code, code);
          assert.equal(error.side, "config");
          assert.doesNotMatch(error.message + JSON.stringify(error), /hunter2/);
          return true;
        },
      );
    }
  });
}

test("hosts are spelled as variables can be", () => {
  assert.equal(environmentSuffix("ghcr.io"), "GHCR_IO");
  assert.equal(environmentSuffix("registry-1.docker.io"), "DOCKER_IO");
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
/** Few letters, so that hosts that nearly collide are common. */
const narrow = fc.stringMatching(/^(?:a|a-{1,3}a)(?:[.](?:a|a-{1,3}a|1)){0,2}(?::1{1,2})?$/);
const narrowAddress = fc.stringMatching(/^\[(?:a|1)?(?:::?(?:a|1)){1,2}(?:::)?\](?::1{1,2})?$/);
const host = fc.oneof(domain, address, narrow, narrowAddress).filter(isRegistry);

test("no two hosts share a variable", () => {
  fc.assert(
    fc.property(host, host, (one, other) => {
      fc.pre(one !== other);
      assert.notEqual(environmentSuffix(one), environmentSuffix(other));
    }),
    { numRuns: 3_000 },
  );
});

test("all short hosts of few letters have variables of their own", () => {
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

/** The grammar of references takes any mixture of digits and colons in brackets; no URL does. */
function isRealHost(text: string): boolean {
  return !text.startsWith("[") || URL.canParse(`https://${text}`);
}
