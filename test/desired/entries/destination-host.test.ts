import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { accepted, around, read, refusedAs } from "../mirror-file-in-folder.ts";

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
    ["a host with capitals", "Harbor.corp.internal/team/python", "team/python"],
    ["localhost in capitals", "LOCALHOST/python", "python"],
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

describe("`to` with a first part that reads like a host", () => {
  const warningsOf = async (to: string): Promise<string[]> => {
    const result = await read(entry("ghcr.io/org/app:1", to));
    assert.ok("file" in result, JSON.stringify(result));
    return result.warnings.map(({ message, hint }) => `${message} (${hint})`);
  };

  test("gets a warning with the repository, because a repository can have such a name", async () => {
    for (const host of ["harbor.corp.internal", "my.team", "10.0.0.1"]) {
      assert.deepEqual(await warningsOf(`${host}/python:3.12`), [
        `"to" is a repository, and "${host}" looks like a registry (write "python:3.12" if it is one: the targets decide about the registry)`,
      ]);
    }
  });

  test("gets a warning without a repository, too, if it has two dots or more", async () => {
    for (const to of ["harbor.corp.internal", "harbor.corp.internal:5000"]) {
      assert.match((await warningsOf(to))[0] ?? "", /looks like a registry \(if it is one, write only the repository/);
    }
  });

  test("gets none for the image's own registry, a version, or a part that is not the first", async () => {
    for (const to of ["ghcr.io/org/app", "{registry}/app", "v1.2/app", "node.js", "team/harbor.corp.internal"]) {
      assert.deepEqual(await warningsOf(to), [], to);
    }
  });
});
