import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { generateImage, storeImage } from "../../../src/sandbox/registry/generate-image.ts";
import { world } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets:
  main: { ecr: {} }
repositories:
  tagMutability: { default: IMMUTABLE, except: [latest] }
  scanOnPush: true
  lifecyclePolicy: ./lifecycle.json
  policy: ./policy.json
  tags: { team: platform }
mirrors:
  - image: python:3.7-slim-buster
    to: python37_slim_buster:latest
  - image: grafana/grafana
    tags: [11.2.0, 11.3.1]
`;
const LIFECYCLE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["*-nightly"],
        countType: "imageCountMoreThan",
        countNumber: 9,
      },
      action: { type: "expire" },
    },
  ],
});
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Sid: "pull", Effect: "Allow", Principal: { AWS: "arn:aws:iam::210987654321:root" }, Action: "ecr:BatchGetImage" },
  ],
});
const FILES = { "mirrors.yaml": FILE, "lifecycle.json": LIFECYCLE, "policy.json": POLICY };
const IMAGES = ["python:3.7-slim-buster", "grafana/grafana:11.2.0", "grafana/grafana:11.3.1"];

describe("plan and apply", () => {
  test("create repositories with all settings, copy every image completely, and then change nothing", async (t) => {
    const { sandbox, json } = await world(t, FILES, { images: IMAGES });

    const planned = await json(["plan"]);
    assert.equal(planned.code, 0);
    assert.deepEqual(planned.document.totals, {
      create: 9,
      change: 0,
      delete: 0,
      blocked: 0,
      failed: 0,
      kept: 0,
      postponed: 0,
      unchanged: 0,
      heldByLock: 0,
    });
    assert.equal(sandbox.dockerHub.counted, 0, "plan uses no pulls");

    const applied = await json(["apply"]);
    assert.equal(applied.code, 0);
    const { store, server } = await sandbox.ecr.registry();
    assert.deepEqual(
      applied.document.images?.map(({ uri, state }) => `${uri.replace(server.host, "HOST")} ${state}`),
      [
        "HOST/python37_slim_buster:latest mirrored",
        "HOST/grafana/grafana:11.2.0 mirrored",
        "HOST/grafana/grafana:11.3.1 mirrored",
      ],
    );
    // Each image has an index and four children: two platforms with an attestation each.
    assert.equal(sandbox.dockerHub.counted, 15);
    assert.deepEqual(
      applied.document.pulls?.map(({ spent, reading }) => [spent, reading?.remaining]),
      [[15, 85]],
    );

    for (const [repository, tag] of [
      ["library/python", "3.7-slim-buster"],
      ["grafana/grafana", "11.2.0"],
    ] as const) {
      const source = sandbox.dockerHub.store.repository(repository);
      const index = source?.tags.get(tag);
      const to = repository === "library/python" ? "python37_slim_buster" : repository;
      const copied = store.repository(to);
      assert.equal(copied?.tags.get(repository === "library/python" ? "latest" : tag), index);
      for (const [digest, { bytes }] of source?.manifests ?? []) {
        if (repository === "library/python") assert.deepEqual(copied?.manifests.get(digest)?.bytes, bytes);
      }
    }

    const calls = sandbox.ecr.calls.length;
    const requests = server.requests.length;
    const again = await json(["apply"]);
    assert.equal(again.code, 0);
    assert.deepEqual(again.document.outcomes, []);
    assert.equal(sandbox.dockerHub.counted, 15, "an unchanged mirror uses no pulls");
    const writes = server.requests.slice(requests).filter(({ method }) => method !== "GET" && method !== "HEAD");
    assert.deepEqual(writes, []);
    const reading = /^(?:Get|Describe|List|BatchGet)/;
    const writing = sandbox.ecr.calls.slice(calls).filter(({ operation }) => !reading.test(operation));
    assert.deepEqual(writing, []);
  });

  test("create a repository with its ownership tag and settings in one call, and set its policies afterwards", async (t) => {
    const { sandbox, json } = await world(t, FILES, { images: IMAGES });
    assert.equal((await json(["apply"])).code, 0);
    const inputs = sandbox.ecr.calls
      .filter(({ operation }) => /^(?:Create|PutLife|SetRepo)/.test(operation))
      .map(({ operation, input }) => ({ operation, ...(input as Record<string, unknown>) }))
      .filter((call) => "repositoryName" in call && call.repositoryName === "grafana/grafana");
    assert.equal(inputs[0]?.operation, "CreateRepository");
    // The two policies are set at the same time, in either order.
    inputs.sort((a, b) => a.operation.localeCompare(b.operation));
    assert.deepEqual(
      inputs.map(({ operation }) => operation),
      ["CreateRepository", "PutLifecyclePolicy", "SetRepositoryPolicy"],
    );
    const [create, lifecycle, policy] = inputs as Record<string, unknown>[];
    assert.equal(create?.["imageTagMutability"], "IMMUTABLE_WITH_EXCLUSION");
    assert.deepEqual(create["imageTagMutabilityExclusionFilters"], [{ filterType: "WILDCARD", filter: "latest" }]);
    assert.deepEqual(create["imageScanningConfiguration"], { scanOnPush: true });
    const tags = create["tags"] as { Key: string; Value: string }[];
    assert.deepEqual(tags.map(({ Key, Value }) => `${Key}=${Value}`).toSorted(), [
      "mirrorform=platform",
      "team=platform",
    ]);
    assert.deepEqual(JSON.parse(String(lifecycle?.["lifecyclePolicyText"])), JSON.parse(LIFECYCLE));
    assert.deepEqual(JSON.parse(String(policy?.["policyText"])), JSON.parse(POLICY));
  });

  test("update a mutable tag that moved upstream, and block an immutable one", async (t) => {
    const { sandbox, json } = await world(t, FILES, { images: IMAGES });
    assert.equal((await json(["apply"])).code, 0);
    sandbox.dockerHub.publish("library/python", "3.7-slim-buster", { revision: 2 });
    sandbox.dockerHub.publish("grafana/grafana", "11.2.0", { revision: 2 });

    const applied = await json(["apply"]);
    assert.equal(applied.code, 1, "a blocked row fails an apply");
    assert.deepEqual(
      applied.document.outcomes?.map(({ action, result }) => [action.id, result]),
      [["copy-image main python37_slim_buster:latest", "done"]],
    );
    const { store } = await sandbox.ecr.registry();
    const moved = sandbox.dockerHub.store.repository("library/python")?.tags.get("3.7-slim-buster");
    assert.equal(store.repository("python37_slim_buster")?.tags.get("latest"), moved);
    const planned = await json(["plan"]);
    assert.equal(planned.code, 0, "a blocked row does not fail a plan");
    assert.equal(planned.document.totals?.["blocked"], 1);
  });

  test("use one pull for each missing child if an index changed", async (t) => {
    const { sandbox, json } = await world(t, FILES, { images: IMAGES });
    assert.equal((await json(["apply"])).code, 0);
    const before = sandbox.dockerHub.counted;
    // Another index with the same children.
    const source = sandbox.dockerHub.store.repository("library/python");
    const old = source?.manifests.get(source.tags.get("3.7-slim-buster") ?? ("" as never));
    assert.ok(source !== undefined && old !== undefined);
    const bytes = Buffer.from(`${Buffer.from(old.bytes).toString("utf8")}\n`);
    const manifest = { bytes, mediaType: old.mediaType, digest: digestOf(bytes) };
    sandbox.dockerHub.store.putManifest(source, manifest, ["3.7-slim-buster"]);
    assert.equal((await json(["apply"])).code, 0);
    assert.equal(sandbox.dockerHub.counted - before, 1);
  });
});

describe("the recipe of a python image", () => {
  test("by digest needs no tag at the source, and the tag in `to` points to that digest", async (t) => {
    const python = generateImage("docker.io/library/python");
    const { sandbox, json } = await world(t, {
      "mirrors.yaml": `
version: 1
name: recipe
targets: { main: { ecr: {} } }
mirrors:
  - image: python@${python.top.digest}
    to: python37_slim_buster:pinned
`,
    });
    const repository = sandbox.dockerHub.store.create("library/python");
    storeImage(sandbox.dockerHub.store, repository, python);
    const applied = await json(["apply"]);
    assert.equal(applied.code, 0);
    const { store, server } = await sandbox.ecr.registry();
    assert.equal(store.repository("python37_slim_buster")?.tags.get("pinned"), python.top.digest);
    assert.equal(applied.document.images?.[0]?.uri, `${server.host}/python37_slim_buster:pinned`);
    // The pinned image exists, so the next run sends no request to Docker Hub.
    const before = sandbox.dockerHub.registry.requests.length;
    assert.equal((await json(["apply"])).code, 0);
    assert.equal(sandbox.dockerHub.registry.requests.length, before);
  });
});

describe("the recipe of a ruby image in CodeBuild", () => {
  test("copies once, and afterwards works without access to Docker Hub", async (t) => {
    const { sandbox, json } = await world(
      t,
      {
        "mirrors.yaml": `
version: 1
name: recipe
targets: { main: { ecr: {} } }
mirrors:
  - image: ruby:2.7.1-slim
    to: nomorelimit:ruby-2.7.1-slim
    refresh: missing
`,
      },
      { images: ["ruby:2.7.1-slim"] },
    );
    // CodeBuild sets the Region for the AWS CLI and the SDKs. Only the ARN of the build has the account.
    const { AWS_REGION: region = "", ...others } = sandbox.environment;
    const codeBuild = {
      ...others,
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: region,
      CODEBUILD_BUILD_ARN: `arn:aws:codebuild:${region}:123456789012:build/app:1`,
      CODEBUILD_BUILD_ID: "app:1",
      CI: "true",
    };
    const first = await json(["apply"], { environment: codeBuild });
    assert.equal(first.code, 0);
    const { server } = await sandbox.ecr.registry();
    assert.equal(first.document.images?.[0]?.uri, `${server.host}/nomorelimit:ruby-2.7.1-slim`);

    const { registry, auth, cdn, catalogue } = sandbox.dockerHub;
    for (const service of [registry, auth, cdn, catalogue]) await service.close();
    const second = await json(["apply"], { environment: codeBuild });
    assert.equal(second.code, 0);
    assert.deepEqual(
      second.document.images?.map(({ state }) => state),
      ["mirrored"],
    );
  });
});
