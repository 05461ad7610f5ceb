import assert from "node:assert/strict";
import { test } from "node:test";

import { addressProblem, isOperatorsHost, operatorsHosts } from "../../../src/registry/dns/resolved-address.ts";

for (const address of [
  "10.0.0.1",
  "172.16.3.4",
  "192.168.1.1",
  "100.64.0.1",
  "8.8.8.8",
  "fd12:3456::1",
  "2600:1f18::1",
  // DNS64 and NAT64 in front of public and private IPv4 addresses.
  "64:ff9b::8.8.8.8",
  "64:ff9b::a00:1",
]) {
  test(`a registry may resolve to ${address}`, () => {
    assert.equal(addressProblem("registry.example.com", address, false), undefined);
  });
}

for (const address of ["127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]) {
  test(`only a name of this machine or of the operator may resolve to ${address}`, () => {
    assert.match(addressProblem("registry.example.com", address, false) ?? "", /which is this machine$/);
    assert.equal(addressProblem("registry.example.com", address, true), undefined);
  });
}

for (const address of [
  "169.254.169.254",
  "fe80::1",
  "fe80::1%eth0",
  "fd00:ec2::254",
  "::ffff:169.254.169.254",
  "64:ff9b::a9fe:a9fe",
  "100.100.100.200",
]) {
  test(`no name may resolve to ${address}`, () => {
    assert.match(addressProblem("registry.example.com", address, true) ?? "", /link-local address or a cloud metadata/);
  });
}

test("the operator's hosts are those of the endpoint variables", () => {
  const hosts = operatorsHosts({
    MIRRORFORM_ENDPOINT_DOCKER_IO: "https://Hub.Corp.Example.:8443",
    AWS_ENDPOINT_URL: "http://localhost.localstack.cloud:4566",
    AWS_ENDPOINT_URL_ECR: "http://127.0.0.1:4566",
    AWS_ENDPOINT_URL_STS: "not a URL",
    MIRRORFORM_ENDPOINT_EMPTY: "",
    HTTPS_PROXY: "http://proxy.example.com",
  });
  assert.deepEqual([...hosts], ["hub.corp.example", "localhost.localstack.cloud"]);
  for (const name of [
    "hub.corp.example",
    "HUB.corp.example.",
    "a.b.localhost.localstack.cloud",
    "localhost",
    "x.localhost",
  ])
    assert.ok(isOperatorsHost(name, hosts), name);
  for (const name of ["example", "corp.example", "xhub.corp.example", "localhost.example.com"])
    assert.ok(!isOperatorsHost(name, hosts), name);
});
