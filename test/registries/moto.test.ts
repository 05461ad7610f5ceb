/**
 * moto, an independent implementation of ECR's control plane, takes the calls that mirrorform makes.
 * Where it is unlike ECR, the difference is asserted too: it is seen when moto changes.
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
  // A pattern that is a regular expression too: see DIFFERENCES.
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

suite("moto takes mirrorform's calls", () => {
  test("a repository is created with all of its settings and the owner's mark, once", async () => {
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

  test("the lifecycle policy and the repository policy come back as they were put", async () => {
    const lifecycle = { kind: "put-lifecycle-policy", from: null, to: JSON.stringify(LIFECYCLE_POLICY) } as const;
    const policy = { kind: "set-repository-policy", from: null, to: JSON.stringify(REPOSITORY_POLICY) } as const;
    assert.equal(await ecr.changeSetting(NAME, lifecycle, "platform"), true);
    assert.equal(await ecr.changeSetting(NAME, policy, "platform"), true);
    const state = (await ecr.describeRepositories(new Map([[NAME, POLICIES]]), "platform")).get(NAME);
    assert.ok(state !== undefined && !(state instanceof MirrorError));
    assert.deepEqual(JSON.parse(state.lifecyclePolicy ?? ""), LIFECYCLE_POLICY);
    assert.deepEqual(JSON.parse(state.policy ?? ""), REPOSITORY_POLICY);
  });

  test("each setting is changed once, and taken off again", async () => {
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

  test("a repository of nobody is adopted once, and not by another file", async () => {
    await sdk.send(new CreateRepositoryCommand({ repositoryName: "nobodys" }));
    assert.equal(await ecr.adoptRepository("nobodys", "platform"), true);
    assert.equal(await ecr.adoptRepository("nobodys", "platform"), false);
    await assert.rejects(ecr.adoptRepository("nobodys", "another"), { code: "STALE" });
  });

  test("an alias is compared by the key that it stands for", async () => {
    const post = async (operation: string, body: object): Promise<unknown> => {
      const authorization =
        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-central-1/kms/aws4_request, SignedHeaders=, Signature=";
      // moto goes by the service that a request is signed for.
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

  test("a repository that is missing is no error", async () => {
    assert.equal((await ecr.describeRepositories(new Map([["absent", {}]]), "platform")).size, 0);
    assert.equal((await ecr.readTags("absent", ["1.0"])).size, 0);
  });

  test("tags are read in one batch, those that are missing too", async () => {
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
    const held = await ecr.readTags(NAME, ["22", "absent"]);
    assert.deepEqual([...held.keys()], ["22"]);
    assert.equal(held.get("22")?.digest, digest);
  });
});

/** How the SDK reports moto's HTML page of a failure. */
const NO_JSON = { name: "SyntaxError" };

/** What moto does otherwise than ECR, by its sentence; each with where ECR's own behaviour is written. */
const DIFFERENCES: readonly { moto: string; ecr: string; source: string; shows(): Promise<void> }[] = [
  {
    moto: "its token has expired long ago",
    ecr: "a token is good for 12 hours",
    source: "ECR user guide, registry authentication",
    shows: async () => {
      const { authorizationData } = await sdk.send(new GetAuthorizationTokenCommand({}));
      assert.equal(authorizationData?.[0]?.expiresAt?.getUTCFullYear(), 2015);
    },
  },
  {
    moto: "a page of DescribeRepositories is as long as there are repositories",
    ecr: "pages have maxResults entries and a nextToken",
    source: "ECR API reference, DescribeRepositories",
    shows: async () => {
      await ecr.createRepository("second", {}, "platform");
      const { repositories, nextToken } = await sdk.send(new DescribeRepositoriesCommand({ maxResults: 1 }));
      assert.ok((repositories?.length ?? 0) > 1);
      assert.equal(nextToken, undefined);
    },
  },
  {
    moto: "a page of ListImages is as long as there are images",
    ecr: "pages have maxResults entries and a nextToken",
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
    moto: "an immutable tag at another digest is ImageAlreadyExistsException",
    ecr: "it is ImageTagAlreadyExistsException",
    source: "ECR API reference, PutImage",
    shows: async () => {
      const other = imageManifest(CONTENT, CONTENT, { annotations: { other: "image" } });
      const put = new PutImageCommand({ repositoryName: NAME, imageManifest: other.toString(), imageTag: "22" });
      await assert.rejects(sdk.send(put), { name: "ImageAlreadyExistsException" });
    },
  },
  {
    moto: "the digest of an image put without one is not that of its bytes",
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
    moto: "a repository name of the newer grammar is refused",
    ecr: "names have OCI's grammar since 2026-02-25: a__b, a--b",
    source: "botocore changelog, 1.42.57",
    shows: async () => {
      await assert.rejects(ecr.createRepository("team/a--b", {}, "platform"), { side: "target" });
    },
  },
  {
    moto: "a wildcard of an exclusion filter is read as a regular expression: PutImage fails on *-nightly",
    ecr: "* stands for any characters",
    source: "ECR API reference, ImageTagMutabilityExclusionFilter",
    shows: async () => {
      const except = ["*-nightly"];
      await ecr.createRepository("wildcard", { tagMutability: { default: "IMMUTABLE", except } }, "platform");
      const bytes = imageManifest(CONTENT, CONTENT);
      const put = { repositoryName: "wildcard", imageManifest: bytes.toString(), imageTag: "1.0" };
      await assert.rejects(sdk.send(new PutImageCommand(put)), NO_JSON);
    },
  },
  {
    moto: "ListImageReferrers is missing: an answer that is no JSON",
    ecr: "it lists what refers to an image",
    source: "ECR API reference, ListImageReferrers",
    shows: async () => {
      const list = { repositoryName: NAME, subjectId: { imageDigest: CONTENT.digest } };
      await assert.rejects(sdk.send(new ListImageReferrersCommand(list)), NO_JSON);
    },
  },
  {
    moto: "it has no registry: /v2/ is 404",
    ecr: "the registry's host speaks the OCI distribution API",
    source: "ECR user guide, private registry authentication",
    shows: async () => assert.equal((await fetch(`${moto.url}/v2/`)).status, 404),
  },
];

suite("where moto is unlike ECR", () => {
  for (const { moto: does, ecr: real, source, shows } of DIFFERENCES) {
    test(`${does} (ECR: ${real}; ${source})`, async () => await shows());
  }
});
