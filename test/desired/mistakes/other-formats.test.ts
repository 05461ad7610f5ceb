import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

describe("a file of another tool is recognized, with one problem that says how to find its images:", () => {
  const files: readonly (readonly [name: string, text: string, hint: string])[] = [
    [
      "a Docker Compose file",
      "version: '3.8'\nservices:\n  web:\n    image: nginx\nvolumes: {}\n",
      "mirrorform scan FILE",
    ],
    [
      "a Kubernetes manifest",
      "apiVersion: v1\nkind: Pod\nspec: &a\n  x: *a\n---\nkind: Service\n",
      "mirrorform scan FILE",
    ],
    ["a regsync file", "version: 1\ncreds: []\nsync:\n  - source: busybox\n    target: a\n", "grep -n source FILE"],
    ["a dregsy file", "relay: skopeo\ntasks:\n  - name: a\n    source: {}\n", "grep -n source FILE"],
    ["a file for `skopeo sync`", "quay.io:\n  images:\n    coreos/etcd: [latest]\n", "grep -n image FILE"],
    ["a GitHub Actions workflow", "name: ci\non: push\njobs:\n\ta: 1\n", "mirrorform scan FILE"],
    ["a file of Helm values", "image:\n  repository: nginx\n  tag: 1.25\n", "mirrorform scan FILE"],
    ["a Dockerfile", "# syntax=docker/dockerfile:1\nFROM node:20\nRUN npm ci\n", "grep -i '^FROM' FILE"],
    ["a diff", "--- a/mirrors.yaml\n+++ b/mirrors.yaml\n@@ -1 +1 @@\n-version: 1\n", "check where the file comes from"],
    ["a Terraform file", 'resource "aws_ecr_repository" "x" {\n  name = "x"\n}\n', "grep -n image FILE"],
    ["a web page", "<!DOCTYPE html>\n<html></html>\n", "check where the file comes from"],
    [
      "a lock file of mirrorform",
      `version: 1\ndocker.io/library/node:20: sha256:${"0".repeat(64)}\n`,
      "pass the mirror file next to it",
    ],
  ];
  for (const [name, text, hint] of files) {
    test(name, async () => {
      const [problem = "", ...others] = await refusedAs(text);
      assert.deepEqual(others, []);
      assert.ok(problem.startsWith(`INVALID_FILE 1:1 this is not a mirror file: it looks like ${name} (`), problem);
      // The temporary path of the file has no characters that need quotes in a shell.
      assert.ok(problem.replace(/\/\S+\/mirrors\.yaml/, "FILE").includes(hint), problem);
    });
  }
});

test("a mirror file is never taken for another one", async () => {
  await accepted(around("  - image: node\n    repositories: { tags: { services: a, kind: b } }"));
  const [problem = ""] = await refusedAs("services: {}\nmirrors: [{ image: node }]\n");
  assert.doesNotMatch(problem, /not a mirror file/);
});
