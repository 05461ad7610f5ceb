import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

/** A file with an ECR target and the target `http://localhost:5000/team`. */
function entry(image: string, to: string): string {
  return around(`  - { image: "${image}", to: "${to}" }`);
}

describe("`to` with a registry host is refused, with the repository in the hint:", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["an ECR", "123456789012.dkr.ecr.us-east-1.amazonaws.com/python:3.12", "python:3.12"],
    ["an ECR with a dual-stack name", "123456789012.dkr-ecr.us-east-1.on.aws/team/python", "team/python"],
    ["the host of a target", "localhost:5000/python", "python"],
    ["the host of a target with its path", "localhost:5000/team/python:3", "python:3"],
    ["a host with a port", "registry.example.com:8443/python", "python"],
    ["an address", "https://registry.example.com/python", "python"],
    ["a transport", "docker://registry.example.com/python", "python"],
    ["Docker Hub", "docker.io/team/python", "team/python"],
    ["the website of Docker Hub", "hub.docker.com/team/python", "team/python"],
    ["a public registry", "quay.io/team/python", "team/python"],
  ];
  for (const [what, to, meant] of cases) {
    test(what, async () => {
      const [problem = "", ...others] = await refusedAs(entry("ghcr.io/org/app:1", to));
      assert.deepEqual(others, []);
      assert.match(problem, /^INVALID_FILE 8:\d+ "to" is a repository, but ".*" is a registry /);
      assert.ok(problem.includes(`(write "${meant}": the targets decide about the registry)`), problem);
    });
  }

  test("a host without a repository", async () => {
    const [ecr = ""] = await refusedAs(entry("node:20", "123456789012.dkr.ecr.us-east-1.amazonaws.com"));
    assert.match(ecr, /write only the repository/);
    const [problem = ""] = await refusedAs(entry("ghcr.io/org/app:1", "docker://python"));
    assert.match(problem, /write only the repository/);
  });

  test("without the password in an address", async () => {
    const problems = await refusedAs(entry("ghcr.io/org/app:1", "https://me:hunter2@registry.example.com/python"));
    assert.doesNotMatch(problems.join("\n"), /hunter2/);
  });
});

test("a repository can begin with the registry that its image comes from, and can contain dots", async () => {
  for (const [image, to] of [
    ["ghcr.io/org/app:1", "ghcr.io/org/app"],
    ["python:3", "docker.io/library/python"],
    ["ghcr.io/org/app:1", "{registry}/{repository}"],
    ["ghcr.io/org/app:1", "my.team/app"],
    ["ghcr.io/org/app:1", "mirror/quay.io/app"],
  ] as const) {
    await accepted(entry(image, to));
  }
});
