/**
 * Tests mirrorform's calls against moto, an independent implementation of ECR's control plane. Also asserts where moto
 * differs from ECR, to detect when moto changes.
 */
import assert from "node:assert/strict";
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  ListImageReferrersCommand,
  ListImagesCommand,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import { after, before, suite, test } from "node:test";
import { Agent } from "undici";
import { systemClock } from "../../src/clock.ts";
import { openEcr, type Ecr } from "../../src/ecr/ecr.ts";
import type { SettingChange } from "../../src/repository/setting-change.ts";
import type { RepositorySettings } from "../../src/repository/settings.ts";
import { MirrorError } from "../../src/errors.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { LIFECYCLE_POLICY, REPOSITORY_POLICY } from "./support/mirror-file.ts";
import { startMoto, type Moto } from "./support/moto.ts";
import { imageManifest } from "./support/registry-client.ts";

const NAME = "dockerhub/library/node";
const SETTINGS: RepositorySettings = {
  // nightly-* also works as a regular expression, see DIFFERENCES.
  tagMutability: { default: "IMMUTABLE", except: ["latest", "nightly-*"] },
  scanOnPush: true,
  encryption: { type: "KMS", key: "arn:aws:kms:eu-central-1:123456789012:key/0b6b7b52-1f1e-4d5b-9a63-7b9f5f0c6a11" },
  tags: { team: "platform" },
};
const POLICIES: RepositorySettings = {
  lifecyclePolicy: { json: JSON.stringify(LIFECYCLE_POLICY) },
  policy: { json: JSON.stringify(REPOSITORY_POLICY) },
};
const CONTENT = { digest: digestOf(Buffer.from("{}")), size: 2 };

let moto: Moto;
let dispatcher: Agent;
let ecr: Ecr;
let sdk: ECRClient;

before(async () => {
  moto = await startMoto();
  dispatcher = new Agent();
  ecr = await openEcr(
    {},
    { environment: moto.environment, dispatcher, emit: () => {}, clock: systemClock, random: () => 0 },
  );
  sdk = new ECRClient({
    region: "eu-central-1",
    endpoint: moto.url,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "made up" },
    maxAttempts: 1,
  });
});
after(async () => {
  sdk.destroy();
  await dispatcher.destroy();
  await moto[Symbol.asyncDispose]();
});

suite("moto accepts mirrorform's calls", () => {
  test("creates a repository once, with all its settings and the ownership tag", async () => {
    assert.equal(await ecr.createRepository(NAME, SETTINGS, "platform"), true);
    assert.equal(await ecr.createRepository(NAME, SETTINGS, "platform"), false);

    const state = (await ecr.describeRepositories(new Map([[NAME, { ...SETTINGS, ...POLICIES }]]), "platform")).get(
      NAME,
    );
    assert.ok(state !== undefined && !(state instanceof MirrorError));
    assert.deepEqual(state.tagMutability, SETTINGS.tagMutability);
    assert.equal(state.scanOnPush, true);
    assert.deepEqual(state.encryption, SETTINGS.encryption);
    assert.deepEqual(state.tags, { team: "platform", mirrorform: "platform" });
    assert.equal(state.lifecyclePolicy, undefined);
    assert.equal(state.policy, undefined);
  });

  test("reads the lifecycle policy and the repository policy back as written", async () => {
    const lifecycle = { kind: "put-lifecycle-policy", from: null, to: JSON.stringify(LIFECYCLE_POLICY) } as const;
    const policy = { kind: "set-repository-policy", from: null, to: JSON.stringify(REPOSITORY_POLICY) } as const;
    assert.equal(await ecr.changeSetting(NAME, lifecycle, "platform"), true);
    assert.equal(await ecr.changeSetting(NAME, policy, "platform"), true);
    const state = (await ecr.describeRepositories(new Map([[NAME, POLICIES]]), "platform")).get(NAME);
    assert.ok(state !== undefined && !(state instanceof MirrorError));
    assert.deepEqual(JSON.parse(state.lifecyclePolicy ?? ""), LIFECYCLE_POLICY);
    assert.deepEqual(JSON.parse(state.policy ?? ""), REPOSITORY_POLICY);
  });

  test("changes each setting once, and removes policies again", async () => {
    const name = "changed";
    await ecr.createRepository(name, {}, "platform");
    const immutable = { default: "IMMUTABLE", except: ["latest"] } as const;
    const policy = JSON.stringify(REPOSITORY_POLICY);
    const lifecycle = JSON.stringify(LIFECYCLE_POLICY);
    const changes: readonly SettingChange[] = [
      { kind: "put-tag-mutability", from: { default: "MUTABLE", except: [] }, to: immutable },
      { kind: "put-scan-on-push", from: false, to: true },
      { kind: "put-resource-tags", from: { team: null }, to: { team: "platform" } },
      { kind: "put-lifecycle-policy", from: null, to: lifecycle },
      { kind: "delete-lifecycle-policy", from: lifecycle, to: null },
      { kind: "set-repository-policy", from: null, to: policy },
      { kind: "delete-repository-policy", from: policy, to: null },
    ];
    for (const change of changes) {
      assert.equal(await ecr.changeSetting(name, change, "platform"), true, change.kind);
      assert.equal(await ecr.changeSetting(name, change, "platform"), false, change.kind);
    }
    const wanted = new Map<string, RepositorySettings>([[name, { lifecyclePolicy: "none", policy: "none" }]]);
    const state = (await ecr.describeRepositories(wanted, "platform")).get(name);
    assert.ok(state !== undefined && !(state instanceof MirrorError));
    assert.deepEqual([state.tagMutability, state.scanOnPush], [immutable, true]);
    assert.deepEqual(state.tags, { mirrorform: "platform", team: "platform" });
    assert.deepEqual([state.lifecyclePolicy, state.policy], [undefined, undefined]);
  });

  test("adopts a repository without an owner once, and not for another mirror file", async () => {
    await sdk.send(new CreateRepositoryCommand({ repositoryName: "nobodys" }));
    assert.equal(await ecr.adoptRepository("nobodys", "platform"), true);
    assert.equal(await ecr.adoptRepository("nobodys", "platform"), false);
    await assert.rejects(ecr.adoptRepository("nobodys", "another"), { code: "STALE" });
  });

  test("compares an alias by its key", async () => {
    const post = async (operation: string, body: object): Promise<unknown> => {
      const authorization =
        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-central-1/kms/aws4_request, SignedHeaders=, Signature=";
      // moto selects the service by the signature.
      const headers = {
        authorization,
        "x-amz-target": `TrentService.${operation}`,
        "content-type": "application/x-amz-json-1.1",
      };
      return (await fetch(moto.url, { method: "POST", headers, body: JSON.stringify(body) })).text();
    };
    const created = JSON.parse(String(await post("CreateKey", {}))) as { KeyMetadata: { Arn: string; KeyId: string } };
    await post("CreateAlias", { AliasName: "alias/mirrors", TargetKeyId: created.KeyMetadata.KeyId });
    const { Arn: key } = created.KeyMetadata;
    await ecr.createRepository("encrypted", { encryption: { type: "KMS", key } }, "platform");
    const settings: RepositorySettings = { encryption: { type: "KMS", key: "alias/mirrors" }, scanOnPush: true };
    const wanted = new Map([["encrypted", settings]]);
    const described = await ecr.describeRepositories(wanted, "platform");
    const account = await ecr.readAccount(wanted, described, "platform");
    assert.deepEqual(account.keys.get("alias/mirrors")?.value, { arn: key, isManagedByAws: false });
    assert.deepEqual(account.scanning?.value, { type: "BASIC", rules: [] });
    assert.deepEqual(ecr.encryptionOf("encrypted"), { type: "KMS", key });
  });

  test("a missing repository is not an error", async () => {
    assert.equal((await ecr.describeRepositories(new Map([["absent", {}]]), "platform")).size, 0);
    assert.equal((await ecr.readTags("absent", ["1.0"])).size, 0);
  });

  test("reads existing and missing tags in one batch", async () => {
    const bytes = imageManifest(CONTENT, CONTENT);
    const digest = digestOf(bytes);
    await sdk.send(
      new PutImageCommand({
        repositoryName: NAME,
        imageManifest: bytes.toString(),
        imageManifestMediaType: OCI_MANIFEST,
        imageTag: "22",
        imageDigest: digest,
      }),
    );
    const found = await ecr.readTags(NAME, ["22", "absent"]);
    assert.deepEqual([...found.keys()], ["22"]);
    assert.equal(found.get("22")?.digest, digest);
  });
});

/** How the SDK reports moto's HTML error page. */
const INVALID_JSON = { name: "SyntaxError" };

/** The differences between moto and ECR, with the source for ECR's behavior. */
const DIFFERENCES: readonly { moto: string; ecr: string; source: string; shows(): Promise<void> }[] = [
  {
    moto: "its token has already expired",
    ecr: "a token is valid for 12 hours",
    source: "ECR user guide, registry authentication",
    shows: async () => {
      const { authorizationData } = await sdk.send(new GetAuthorizationTokenCommand({}));
      assert.equal(authorizationData?.[0]?.expiresAt?.getUTCFullYear(), 2015);
    },
  },
  {
    moto: "DescribeRepositories ignores maxResults",
    ecr: "pages have at most maxResults entries and a nextToken",
    source: "ECR API reference, DescribeRepositories",
    shows: async () => {
      await ecr.createRepository("second", {}, "platform");
      const { repositories, nextToken } = await sdk.send(new DescribeRepositoriesCommand({ maxResults: 1 }));
      assert.ok((repositories?.length ?? 0) > 1);
      assert.equal(nextToken, undefined);
    },
  },
  {
    moto: "ListImages ignores maxResults",
    ecr: "pages have at most maxResults entries and a nextToken",
    source: "ECR API reference, ListImages",
    shows: async () => {
      for (const tag of ["one", "two"]) {
        const imageManifestText = imageManifest(CONTENT, CONTENT, { annotations: { tag } }).toString();
        const put = { repositoryName: "second", imageManifest: imageManifestText, imageTag: tag };
        await sdk.send(new PutImageCommand(put));
      }
      const { imageIds, nextToken } = await sdk.send(
        new ListImagesCommand({ repositoryName: "second", maxResults: 1 }),
      );
      assert.deepEqual([imageIds?.length, nextToken], [2, undefined]);
    },
  },
  {
    moto: "moving an immutable tag fails with ImageAlreadyExistsException",
    ecr: "it fails with ImageTagAlreadyExistsException",
    source: "ECR API reference, PutImage",
    shows: async () => {
      const other = imageManifest(CONTENT, CONTENT, { annotations: { other: "image" } });
      const put = new PutImageCommand({ repositoryName: NAME, imageManifest: other.toString(), imageTag: "22" });
      await assert.rejects(sdk.send(put), { name: "ImageAlreadyExistsException" });
    },
  },
  {
    moto: "an image put without a digest gets a wrong digest",
    ecr: "an image's digest is the sha256 of its manifest",
    source: "OCI image-spec, descriptor.md; ECR API reference, PutImage",
    shows: async () => {
      const bytes = imageManifest(CONTENT, CONTENT, { annotations: { third: "image" } });
      const { image } = await sdk.send(
        new PutImageCommand({ repositoryName: "second", imageManifest: bytes.toString(), imageTag: "third" }),
      );
      assert.notEqual(image?.imageId?.imageDigest, digestOf(bytes));
    },
  },
  {
    moto: "repository names of the newer grammar are refused",
    ecr: "names follow OCI's grammar since 2026-02-25: a__b, a--b",
    source: "botocore changelog, 1.42.57",
    shows: async () => {
      await assert.rejects(ecr.createRepository("team/a--b", {}, "platform"), { side: "target" });
    },
  },
  {
    moto: "an exclusion filter is treated as a regular expression: PutImage fails on *-nightly",
    ecr: "* matches any characters",
    source: "ECR API reference, ImageTagMutabilityExclusionFilter",
    shows: async () => {
      const except = ["*-nightly"];
      await ecr.createRepository("wildcard", { tagMutability: { default: "IMMUTABLE", except } }, "platform");
      const bytes = imageManifest(CONTENT, CONTENT);
      const put = { repositoryName: "wildcard", imageManifest: bytes.toString(), imageTag: "1.0" };
      await assert.rejects(sdk.send(new PutImageCommand(put)), INVALID_JSON);
    },
  },
  {
    moto: "ListImageReferrers is missing: the answer is not JSON",
    ecr: "it lists the referrers of an image",
    source: "ECR API reference, ListImageReferrers",
    shows: async () => {
      const list = { repositoryName: NAME, subjectId: { imageDigest: CONTENT.digest } };
      await assert.rejects(sdk.send(new ListImageReferrersCommand(list)), INVALID_JSON);
    },
  },
  {
    moto: "it has no registry: /v2/ answers 404",
    ecr: "the registry's host serves the OCI distribution API",
    source: "ECR user guide, private registry authentication",
    shows: async () => assert.equal((await fetch(`${moto.url}/v2/`)).status, 404),
  },
];

suite("where moto differs from ECR", () => {
  for (const { moto: does, ecr: real, source, shows } of DIFFERENCES) {
    test(`${does} (ECR: ${real}; ${source})`, async () => await shows());
  }
});
