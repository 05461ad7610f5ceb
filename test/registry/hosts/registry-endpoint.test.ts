import assert from "node:assert/strict";
import { test } from "node:test";
import { MirrorError } from "../../../src/errors.ts";
import { canonicalRegistry } from "../../../src/oci/reference.ts";
import { endpointFor } from "../../../src/registry/hosts/registry-endpoint.ts";

test("requests use https and the registry's own host, or registry-1.docker.io for Docker Hub", () => {
  const at = (registry: string): string => endpointFor(registry, { environment: {} }).href;
  assert.equal(at("docker.io"), "https://registry-1.docker.io/");
  assert.equal(at("ghcr.io"), "https://ghcr.io/");
  assert.equal(at("localhost:5000"), "https://localhost:5000/");
  assert.equal(at("[::1]:5000"), "https://[::1]:5000/");
});

test("every name of Docker Hub in an address means the host of its API", () => {
  for (const configured of [
    "https://docker.io",
    "https://index.docker.io/",
    "https://Docker.io:443",
    "https://index.docker.io/v1/",
  ]) {
    const expected = "https://registry-1.docker.io/";
    assert.equal(endpointFor("reg.example.com", { environment: {}, configured }).href, expected);
    const environment = { MIRRORFORM_ENDPOINT_REG_EXAMPLE_COM: configured };
    assert.equal(endpointFor("reg.example.com", { environment }).href, expected);
  }
});

test("a website of Docker Hub is no endpoint of a registry, but the catalogue's own host is one", () => {
  for (const host of ["hub.docker.com", "auth.docker.io", "www.docker.io"]) {
    const configured = `https://${host}`;
    const message = `"${host}" is not a registry: its images come from docker.io`;
    assert.throws(() => endpointFor("docker.io", { environment: {}, configured }), { code: "INVALID_FILE", message });
    const environment = { MIRRORFORM_ENDPOINT_DOCKER_IO: configured };
    assert.throws(() => endpointFor("docker.io", { environment }), { code: "USAGE", message });
  }
  assert.equal(endpointFor("hub.docker.com", { environment: {} }).host, "hub.docker.com");
});

test("the environment variable takes precedence over the mirror file's endpoint", () => {
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
  test(`the endpoint ${text} is refused and not quoted`, () => {
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

test("an ECR is asked at its dual-stack or FIPS host, unless an address is set", () => {
  const variant = () => ({ isDualStack: true, isFips: false });
  const ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
  assert.equal(endpointFor(ecr, { environment: {}, variant }).host, "123456789012.dkr-ecr.eu-west-1.on.aws");
  const withPort = canonicalRegistry(`${ecr.toUpperCase()}:443`);
  assert.equal(endpointFor(withPort, { environment: {}, variant }).host, "123456789012.dkr-ecr.eu-west-1.on.aws");
  assert.equal(endpointFor(ecr, { environment: {}, variant, configured: `https://${ecr}` }).host, ecr);
  assert.equal(endpointFor("ghcr.io", { environment: {}, variant }).host, "ghcr.io");
  assert.equal(endpointFor("docker.io", { environment: {}, variant }).host, "registry-1.docker.io");
});

for (const host of ["169.254.169.254", "[::ffff:a9fe:a9fe]", "metadata.google.internal"]) {
  test(`the metadata address ${host} is no endpoint, whoever names it`, () => {
    const address = `http://${host}`;
    assert.throws(() => endpointFor(host, { environment: {} }), { code: "INVALID_FILE", message: /never contacts/ });
    assert.throws(() => endpointFor("a.example", { environment: {}, configured: address }), { code: "INVALID_FILE" });
    const environment = { MIRRORFORM_ENDPOINT_A_EXAMPLE: address };
    assert.throws(() => endpointFor("a.example", { environment }), { code: "USAGE", message: /never contacts/ });
  });
}
