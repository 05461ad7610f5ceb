import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { readImageName } from "../../../src/desired/entries/image-name.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

describe("a text that is no image name gets a hint with the name that was meant:", () => {
  const names: readonly (readonly [string, string])[] = [
    ["docker://python:3.12", "python:3.12"],
    ["docker://docker.io/library/python:3.12", "docker.io/library/python:3.12"],
    ["DOCKER://ghcr.io/org/app", "ghcr.io/org/app"],
    ["docker-daemon:python:3.12", "python:3.12"],
    ["containers-storage:quay.io/org/app:1", "quay.io/org/app:1"],
    ["oci://ghcr.io/org/charts/app:1", "ghcr.io/org/charts/app:1"],
    ["https://ghcr.io/org/app:1", "ghcr.io/org/app:1"],
    ["https://hub.docker.com/_/python", "python"],
    ["https://hub.docker.com/_/python/tags?page=1", "python"],
    ["https://hub.docker.com/r/grafana/grafana/tags", "grafana/grafana"],
    ["https://hub.docker.com/layers/library/python/3.12/images/sha256-0", "python:3.12"],
    ["hub.docker.com/r/grafana/grafana", "grafana/grafana"],
    ["registry.hub.docker.com/library/python:3.12", "python:3.12"],
    ["https://index.docker.io/v1/", ""],
    ["https://index.docker.io/v1/library/redis:7", "redis:7"],
    ["index.docker.io/v1/grafana/grafana", "grafana/grafana"],
    ["https://registry-1.docker.io/v2/library/redis/manifests/7", "registry-1.docker.io/library/redis:7"],
    ["https://ghcr.io/v2/org/app/manifests/1", "ghcr.io/org/app:1"],
    ["https://hub.docker.com/v2/repositories/library/redis/tags", "redis"],
    ["https://hub.docker.com/v2/namespaces/grafana/repositories/grafana/tags", "grafana/grafana"],
    ["auth.docker.io/library/redis:7", "redis:7"],
    ["www.docker.io/grafana/grafana", "grafana/grafana"],
    ["hub.docker.com:443/redis", "redis"],
    ["https://app.docker.com/redis", "redis"],
    ["https://quay.io/repository/prometheus/node-exporter?tab=tags", "quay.io/prometheus/node-exporter"],
    ["https://gallery.ecr.aws/docker/library/redis", "public.ecr.aws/docker/library/redis"],
    ["https://github.com/org/app/pkgs/container/app", "ghcr.io/org/app"],
    ["https://github.com/orgs/org/packages/container/package/app", "ghcr.io/org/app"],
    ["github.com/org/app", "ghcr.io/org/app"],
    ["docker pull redis:7", "redis:7"],
    ["FROM redis:7", "redis:7"],
    [" redis:7 ", "redis:7"],
    ["redis:", "redis"],
    ["redis 7", "redis:7"],
    ["redis@7.2", "redis:7.2"],
    [`redis:${DIGEST}`, `redis@${DIGEST}`],
    ["ghcr.io//org/app", "ghcr.io/org/app"],
    ["Ruby:2.7-Slim", "ruby:2.7-Slim"],
    ["redis : 7", "redis:7"],
    ["redis: 7", "redis:7"],
    ["from redis:7 AS cache", "redis:7"],
    ["FROM --platform=linux/amd64 redis:7", "redis:7"],
  ];
  for (const [text, meant] of names) {
    test(text, () => {
      const read = readImageName(text);
      assert.ok("message" in read, "it was accepted");
      assert.equal(read.hint, meant === "" ? undefined : `write "${meant}"`);
    });
  }
});

describe("a name that is no image says so:", () => {
  const names: readonly (readonly [string, string, string])[] = [
    ["docker.io/", "is a registry, not an image", "add the image: docker.io/library/python:3.12-slim"],
    ["docker.io", "is a registry, not an image", "add the image: docker.io/library/python:3.12-slim"],
    ["ghcr.io", "is a registry, not an image", "add the image: ghcr.io/NAMESPACE/NAME:TAG"],
    ["localhost:5000", "is a registry, not an image", "add the image: localhost:5000/NAMESPACE/NAME:TAG"],
    [
      "123456789012.dkr.ecr.us-east-1.amazonaws.com",
      "is a registry, not an image",
      "add the image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/NAMESPACE/NAME:TAG",
    ],
    ["scratch", "is Docker's word for an empty base, which no registry has", "remove it"],
    ["docker.io/library/scratch:1", "is Docker's word for an empty base, which no registry has", "remove it"],
  ];
  for (const [text, message, hint] of names) {
    test(text, () => assert.deepEqual(readImageName(text), { message: `"${text}" ${message}`, hint }));
  }
  const hints: readonly (readonly [string, RegExp])[] = [
    ["node:20.*", /no wildcards or ranges: select tags with "tags"/],
    ["node:>=20", /no wildcards or ranges/],
    ["::1/app:1", /IPv6 address in brackets/],
    ["[fe80::1%eth0]/app:1", /without a zone/],
    ["node:$VERSION", /variables have the form \$\{MIRRORFORM_VAR_NAME\}/],
    ["node:<tag>", /write the name in full/],
    ["node@sha256:12ab", /all 64 digits/],
    ["node:20, ruby:3", /an entry for each image/],
  ];
  for (const [text, hint] of hints) {
    test(text, () => {
      const read = readImageName(text);
      assert.ok("message" in read);
      assert.match(read.hint ?? "", hint);
    });
  }
});

test("an image name is read without a hint", () => {
  for (const name of ["python", "grafana/grafana:11", "localhost:5000/app", "docker/dockerfile:1", `redis@${DIGEST}`]) {
    assert.ok(!("message" in readImageName(name)), name);
  }
});

test("the password in an address is not repeated", () => {
  for (const text of ["https://me:hunter2@ghcr.io/org/app", "docker://me:hunter2@ghcr.io/org/app:1"]) {
    assert.doesNotMatch(JSON.stringify(readImageName(text)), /hunter2/);
  }
});

test("a text that resembles no image has no hint", () => {
  for (const text of ["", "***", "x".repeat(1000), "https://"]) {
    const read = readImageName(text);
    assert.ok("message" in read && read.hint === undefined, text);
  }
});
