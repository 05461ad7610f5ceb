import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cpuTime } from "../support/cpu-time.ts";
import {
  canonicalRegistry,
  familiarReference,
  formatReference,
  isRegistry,
  isRepository,
  isTag,
  parseReference,
  withDefaultTag,
  type Reference,
} from "../../src/oci/reference.ts";

const SHA256 = `sha256:${"0123456789abcdef".repeat(4)}`;
const SHA512 = `sha512:${"0123456789abcdef".repeat(8)}`;

/** References that Docker and containerd accept, with their full form. */
const ACCEPTED: [string, string][] = [
  ["python", "docker.io/library/python"],
  ["python:3.7", "docker.io/library/python:3.7"],
  ["library/python", "docker.io/library/python"],
  ["docker.io/python", "docker.io/library/python"],
  ["docker.io/library/python", "docker.io/library/python"],
  ["index.docker.io/python:3", "docker.io/library/python:3"],
  ["registry-1.docker.io/python:3", "docker.io/library/python:3"],
  ["Docker.IO/python", "docker.io/library/python"],
  ["docker.io/library", "docker.io/library/library"],
  ["docker.io", "docker.io/library/docker.io"],
  ["grafana/grafana:11.0.0", "docker.io/grafana/grafana:11.0.0"],
  ["a/b/c", "docker.io/a/b/c"],
  ["ghcr.io/a/b:1", "ghcr.io/a/b:1"],
  ["ghcr.io/app", "ghcr.io/app"],
  ["public.ecr.aws/docker/library/python:3", "public.ecr.aws/docker/library/python:3"],
  ["111122223333.dkr.ecr.eu-west-1.amazonaws.com/app", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app"],
  ["localhost/app", "localhost/app"],
  ["LOCALHOST/app", "localhost/app"],
  ["localhost:5000/app:1", "localhost:5000/app:1"],
  ["127.0.0.1:5000/app", "127.0.0.1:5000/app"],
  ["[::1]:5000/app:1", "[::1]:5000/app:1"],
  ["[2001:DB8::1]/app", "[2001:db8::1]/app"],
  ["host:80/app", "host:80/app"],
  ["host:443/app", "host:443/app"],
  ["HOST:443/app", "host:443/app"],
  ["Ghcr.io:443/org/app:1", "ghcr.io/org/app:1"],
  ["localhost:443/app", "localhost/app"],
  ["[::1]:443/app", "[::1]/app"],
  ["ghcr.io:4430/app", "ghcr.io:4430/app"],
  ["111122223333.dkr.ecr.eu-west-1.amazonaws.com:443/app", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app"],
  ["HOST/app", "HOST/app"],
  ["Registry.Example.com:5000/app", "registry.example.com:5000/app"],
  ["xn--n3h.com/app:xn--n3h.com", "xn--n3h.com/app:xn--n3h.com"],
  ["foo_bar.com:8080", "docker.io/library/foo_bar.com:8080"],
  ["foo/foo_bar.com:8080", "docker.io/foo/foo_bar.com:8080"],
  ["a.b", "docker.io/library/a.b"],
  ["a--b/c---d/e__f/g_h/i.j", "docker.io/a--b/c---d/e__f/g_h/i.j"],
  ["1.2/3", "1.2/3"],
  ["python:_x.Y-Z", "docker.io/library/python:_x.Y-Z"],
  [`python:${"t".repeat(128)}`, `docker.io/library/python:${"t".repeat(128)}`],
  [`python@${SHA256}`, `docker.io/library/python@${SHA256}`],
  [`python@${SHA512}`, `docker.io/library/python@${SHA512}`],
  [`python:3.7@${SHA256}`, `docker.io/library/python:3.7@${SHA256}`],
  [`localhost:5000/a/b:1@${SHA256}`, `localhost:5000/a/b:1@${SHA256}`],
  [`ghcr.io/${"a".repeat(255)}`, `ghcr.io/${"a".repeat(255)}`],
  [`ghcr.io/${"a".repeat(64)}`, `ghcr.io/${"a".repeat(64)}`],
  [`${"a".repeat(64)}:1`, `docker.io/library/${"a".repeat(64)}:1`],
  ["a".repeat(63), `docker.io/library/${"a".repeat(63)}`],
];

for (const [text, full] of ACCEPTED) {
  test(`"${text.slice(0, 60)}" is parsed as in Docker`, () => {
    const reference = parseReference(text);
    assert.ok(typeof reference !== "string", JSON.stringify(reference));
    assert.equal(formatReference(reference), full);
  });
}

test("a reference is split into its parts", () => {
  assert.deepEqual(parseReference(`localhost:5000/team/app:1.2@${SHA256}`), {
    registry: "localhost:5000",
    repository: "team/app",
    tag: "1.2",
    digest: SHA256,
  });
  assert.deepEqual(parseReference("python"), { registry: "docker.io", repository: "library/python" });
});

/** References that Docker rejects, with a part of the expected message. */
const REJECTED: [string, RegExp][] = [
  ["", /empty/],
  [":1", /empty/],
  ["/", /not a valid repository name/],
  ["/app", /not a valid repository name/],
  ["app/", /not a valid repository name/],
  ["a//b", /not a valid repository name/],
  ["ghcr.io/", /empty|not a valid repository name/],
  ["docker.io/", /empty/],
  ["app:", /not a valid tag/],
  ["app:-x", /not a valid tag/],
  ["app:.x", /not a valid tag/],
  ["app:a b", /not a valid tag/],
  ["app:1:2", /not a valid tag/],
  ["app:é", /not a valid tag/],
  [`app:${"t".repeat(129)}`, /not a valid tag/],
  ["Python", /lowercase/],
  ["python/Image", /lowercase/],
  ["localhost:5000/Upper/lower:tag", /lowercase/],
  ["aa/asdf$$^/aa", /not a valid repository name/],
  ["-app", /not a valid repository name/],
  ["app-", /not a valid repository name/],
  ["a..b", /not a valid repository name/],
  ["a___b", /not a valid repository name/],
  ["a._b", /not a valid repository name/],
  [".app", /not a valid repository name/],
  ["a b", /not a valid repository name/],
  ["app\n", /not a valid repository name/],
  ["http://ghcr.io/app", /not a valid|host/],
  ["https://ghcr.io/app:1", /not a valid|host/],
  ["-host.io/app", /not a valid registry host/],
  ["host_name.io/app", /not a valid registry host/],
  ["[::1/app", /not a valid/],
  ["[fe80::1%eth0]:5000/app", /not a valid registry host/],
  ["host:port/app", /not a valid registry host/],
  ["host:65536/app", /not a valid registry host/],
  ["host.io:99999999999999999999/app", /not a valid registry host/],
  ["[:::::]/app", /not a valid registry host/],
  ["[::1]:70000/app", /not a valid registry host/],
  ["1.2.3.4.5/app", /not a valid registry host/],
  ["app@", /not a valid digest/],
  ["app@sha256:abc", /not a valid digest/],
  [`app@sha256:${"G".repeat(64)}`, /not a valid digest/],
  [`app@SHA256:${"0".repeat(64)}`, /not a valid digest/],
  [`app@md5:${"0".repeat(32)}`, /not a valid digest/],
  [`app@${SHA256}@${SHA256}`, /not a valid digest/],
  [`@${SHA256}`, /empty/],
  ["a".repeat(64), /image ID/],
  [`ghcr.io/${"a".repeat(256)}`, /256 characters/],
];

for (const [text, message] of REJECTED) {
  test(`"${text.slice(0, 60)}" is rejected with a message`, () => {
    const problem = parseReference(text);
    assert.ok(typeof problem === "string", JSON.stringify(problem));
    assert.match(problem, message);
  });
}

test("latest is added to a reference without tag and digest", () => {
  const read = (text: string): Reference => parseReference(text) as Reference;
  assert.equal(withDefaultTag(read("python")).tag, "latest");
  assert.equal(withDefaultTag(read("python:3")).tag, "3");
  assert.equal(withDefaultTag(read(`python@${SHA256}`)).tag, undefined);
});

test("names on Docker Hub get the familiar form if it parses back to the same reference", () => {
  const familiar = (text: string): string => familiarReference(parseReference(text) as Reference);
  assert.equal(familiar("docker.io/library/python:3.7"), "python:3.7");
  assert.equal(familiar("index.docker.io/grafana/grafana"), "grafana/grafana");
  assert.equal(familiar("ghcr.io/a/b:1"), "ghcr.io/a/b:1");
  assert.equal(familiar("docker.io/a.b/c"), "docker.io/a.b/c");
  assert.equal(familiar("docker.io/localhost/c"), "docker.io/localhost/c");
  assert.equal(familiar("docker.io/library/a/b"), "library/a/b");
});

const component = fc.stringMatching(/^[a-z0-9]{1,4}(?:(?:[.]|_|__|-{1,3})[a-z0-9]{1,4}){0,2}$/);
const repository = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const registry = fc.oneof(
  fc.constantFrom("docker.io", "localhost", "localhost:5000", "ghcr.io", "[::1]:5000", "127.0.0.1:5000", "HOST"),
  fc.stringMatching(/^[a-z0-9]{1,5}(?:-[a-z0-9]{1,3})?[.][a-z]{2,3}(?::[0-9]{1,4})?$/),
);
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
const digest = fc.stringMatching(/^sha256:[0-9a-f]{64}$/);
const maybe = <T>(part: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(part, { nil: undefined });

test("formatted references parse back, in full and in familiar form", () => {
  fc.assert(
    fc.property(registry, repository, maybe(tag), maybe(digest), (host, path, label, content) => {
      const text = `${host}/${path}${label === undefined ? "" : `:${label}`}${content === undefined ? "" : `@${content}`}`;
      const reference = parseReference(text);
      assert.ok(typeof reference !== "string", JSON.stringify(reference));
      assert.equal(reference.tag, label);
      assert.equal(reference.digest, content);
      assert.equal(reference.repository, host === "docker.io" && !path.includes("/") ? `library/${path}` : path);
      assert.deepEqual(parseReference(formatReference(reference)), reference);
      assert.deepEqual(parseReference(familiarReference(reference)), reference);
    }),
    { numRuns: 1_000 },
  );
});

test("every accepted text has valid parts and parses back from both forms", () => {
  const unit = fc.constantFrom(
    "a",
    "B",
    "1",
    ".",
    "-",
    "_",
    ":",
    "/",
    "@",
    "[",
    "]",
    "localhost",
    "docker.io",
    "library/",
    SHA256,
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1, maxLength: 8 }), (text) => {
      const reference = parseReference(text);
      if (typeof reference === "string") return;
      accepted += 1;
      assert.ok(isRegistry(reference.registry) && isRepository(reference.repository));
      assert.equal(canonicalRegistry(reference.registry), reference.registry);
      if (reference.tag !== undefined) assert.ok(isTag(reference.tag));
      assert.deepEqual(parseReference(formatReference(reference)), reference);
      assert.deepEqual(parseReference(familiarReference(reference)), reference);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(accepted > 500);
});

test("long and malicious names are rejected quickly", async () => {
  const texts = ["a-".repeat(50_000), `${"a.".repeat(50_000)}!/x`, "_".repeat(50_000), `${"[:".repeat(20_000)}/x`];
  const spent = await cpuTime(() => texts.forEach((text) => assert.equal(typeof parseReference(text), "string")));
  assert.ok(spent < 1_000, `${spent} ms`);
});
