import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  type EncryptionConfiguration,
  GetRepositoryPolicyCommand,
  PutAccountSettingCommand,
  PutImageCommand,
  PutImageTagMutabilityCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";

import { digestOf } from "../../../src/oci/digest.ts";
import { DOCKER_MANIFEST, MANIFEST_MEDIA_TYPES, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { ECR_QUIRKS, type EcrQuirkName } from "../../../src/sandbox/ecr/ecr-quirks.ts";
import { makeImage, startEndpoint, type EndpointFixture } from "../support/ecr.ts";
import { errorCode, type Reply } from "../support/http.ts";

/** Checks that a quirk is present if `isOn`, and absent otherwise. A row without a check does not compile. */
const CHECKS: Record<EcrQuirkName, (ecr: EndpointFixture, isOn: boolean) => Promise<void>> = {
  "ecr-get-lacks-digest": async (ecr, isOn) => {
    const image = await pushImage(ecr, "v1", makeImage("one"));
    const get = await ecr.send("GET", "app/manifests/v1");
    const head = await ecr.send("HEAD", "app/manifests/v1");
    assert.equal(get.headers["docker-content-digest"], isOn ? undefined : image.digest);
    assert.equal(head.headers["docker-content-digest"], image.digest);
    assert.equal(digestOf(get.bytes), image.digest);
  },

  "ecr-translates-manifests": async (ecr, isOn) => {
    const image = await pushImage(ecr, "v1", makeImage("one"));
    const read = (reference: string, ...types: readonly string[]) =>
      ecr.send("GET", `app/manifests/${reference}`, { headers: { accept: types.join(", ") } });
    const narrow = await read("v1", DOCKER_MANIFEST);
    assert.equal(narrow.headers["content-type"], isOn ? DOCKER_MANIFEST : OCI_MANIFEST);
    assert.equal(digestOf(narrow.bytes) === image.digest, !isOn);
    assert.equal(digestOf((await read("v1", ...MANIFEST_MEDIA_TYPES)).bytes), image.digest);
    assert.equal(digestOf((await read(image.digest, DOCKER_MANIFEST)).bytes), image.digest);
  },

  "ecr-needs-media-type": async (ecr, isOn) => {
    const image = makeImage("one");
    const { mediaType: _, ...body } = image.body;
    const bytes = Buffer.from(JSON.stringify(body));
    for (const blob of [image.layer, image.config]) await ecr.push("app", blob);
    const reply = await ecr.putManifest("app/manifests/v1", { bytes, mediaType: OCI_MANIFEST });
    assert.equal(reply.status, isOn ? 405 : 201);
    if (!isOn) return;
    assert.deepEqual(JSON.parse(reply.text), {
      errors: [
        {
          code: "UNSUPPORTED",
          message: "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
        },
      ],
    });
  },

  "ecr-refuses-empty-config": async (ecr, isOn) => {
    const { layer, body } = makeImage("one");
    const empty = Buffer.from("{}");
    for (const blob of [layer, empty]) await ecr.push("app", blob);
    const config = { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(empty), size: empty.length };
    const artifact = Buffer.from(JSON.stringify({ ...body, config, artifactType: "application/spdx+json" }));
    const reply = await ecr.putManifest(`app/manifests/${digestOf(artifact)}`, {
      bytes: artifact,
      mediaType: OCI_MANIFEST,
    });
    assert.equal(reply.status, isOn ? 405 : 201);
    if (isOn) assert.equal(errorCode(reply), "UNSUPPORTED");
  },

  "ecr-immutable-refuses-equal": async (ecr, isOn) => {
    const image = await pushImage(ecr, "v1", makeImage("one"));
    await ecr.client.send(new PutImageTagMutabilityCommand({ repositoryName: "app", imageTagMutability: "IMMUTABLE" }));
    const reply = await ecr.putManifest("app/manifests/v1", image);
    assert.equal(reply.status, isOn ? 400 : 201);
    if (isOn) assert.equal(errorCode(reply), "TAG_INVALID");
  },

  "ecr-patch-created": async (ecr, isOn) => {
    const { headers } = await ecr.send("POST", "app/blobs/uploads/");
    const patch = await ecr.send("PATCH", headers.location ?? "", { body: "all of it" });
    assert.equal(patch.status, isOn ? 201 : 202);
    const digest = digestOf(Buffer.from("all of it"));
    assert.equal((await ecr.send("PUT", `${patch.headers.location}?digest=${digest}`)).status, 201);
  },

  "ecr-drops-later-patches": async (ecr, isOn) => {
    const { headers } = await ecr.send("POST", "app/blobs/uploads/");
    await ecr.send("PATCH", headers.location ?? "", { body: "one, " });
    const second = await ecr.send("PATCH", headers.location ?? "", { body: "two" });
    assert.ok(second.status < 300, "the client gets no error");
    assert.equal(second.headers.range, isOn ? "0-4" : "0-7");
    const closed = await ecr.send("PUT", `${headers.location}?digest=${digestOf(Buffer.from("one, two"))}`);
    assert.equal(closed.status, isOn ? 400 : 201);
    if (isOn) assert.match(closed.text, /BLOB_UPLOAD_INVALID.*None of the provided layer digests match/);
  },

  "ecr-cuts-uploads": async (ecr, isOn) => {
    const upload = ecr.send("POST", "gone/blobs/uploads/");
    if (isOn) await assert.rejects(upload, { code: "ECONNRESET" });
    else assert.equal((await upload).status, 404);
  },

  "ecr-opaque-tag-pages": async (ecr, isOn) => {
    const repository = ecr.registry.store.create("app");
    const image = makeImage("one");
    const tags = Array.from({ length: 150 }, (_, at) => `v${String(at).padStart(3, "0")}`);
    ecr.registry.store.putManifest(repository, image, tags);
    const first = await ecr.send("GET", "app/tags/list");
    assert.equal(tagsOf(first).length, isOn ? 100 : 150);
    if (!isOn) return;
    assert.notDeepEqual(tagsOf(first), tagsOf(first).toSorted());
    const next = /^<([^>]+)>; rel="next"$/.exec(String(first.headers.link))?.[1] ?? "";
    const second = await ecr.send("GET", next);
    assert.equal(second.headers.link, undefined);
    assert.deepEqual([...tagsOf(first), ...tagsOf(second)].toSorted(), tags);
    const rebuilt = await ecr.send("GET", `app/tags/list?last=${tagsOf(first).at(-1)}`);
    assert.equal(rebuilt.status, 405);
    assert.match(rebuilt.text, /Invalid next token provided/);
    const tooMany = await ecr.send("GET", "app/tags/list?n=1001");
    assert.equal(tooMany.status, 405);
    assert.match(tooMany.text, /'maxResults'.*less than or equal to 1000/);
  },

  "ecr-mount-needs-setting": async (ecr, isOn) => {
    const image = makeImage("one");
    const { layer } = image;
    await pushImage(ecr, "v1", image);
    ecr.registry.store.create("other");
    await ecr.client.send(
      new CreateRepositoryCommand({
        repositoryName: "secret",
        encryptionConfiguration: { encryptionType: "KMS", kmsKey: "alias/mine" },
      }),
    );
    const mount = (into: string, from: string) =>
      ecr.send("POST", `${into}/blobs/uploads/?mount=${digestOf(layer)}${from}`);
    assert.equal((await mount("other", "&from=app")).status, isOn ? 202 : 201);
    await ecr.client.send(new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value: "ENABLED" }));
    assert.equal((await mount("other", "")).status, isOn ? 202 : 201, "without from");
    assert.equal((await mount("secret", "&from=app")).status, isOn ? 202 : 201, "another key");
    assert.equal((await mount("other", "&from=app")).status, 201);
  },

  "ecr-mount-needs-manifest": async (ecr, isOn) => {
    await ecr.client.send(new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value: "ENABLED" }));
    const image = makeImage("one");
    for (const blob of [image.layer, image.config]) await ecr.push("app", blob);
    const mount = (into: string) => {
      ecr.registry.store.create(into);
      return ecr.send("POST", `${into}/blobs/uploads/?mount=${digestOf(image.layer)}&from=app`);
    };
    assert.equal((await mount("before")).status, isOn ? 202 : 201);
    await ecr.putManifest("app/manifests/v1", image);
    assert.equal((await mount("after")).status, 201);
  },

  "ecr-no-deletes": async (ecr, isOn) => {
    await pushImage(ecr, "v1", makeImage("one"));
    const reply = await ecr.send("DELETE", "app/manifests/v1");
    assert.equal(reply.status, isOn ? 405 : 202);
  },

  "ecr-kms-key-as-arn": async (ecr, isOn) => {
    const create = async (repositoryName: string, kmsKey: string) => {
      const encryptionConfiguration: EncryptionConfiguration = { encryptionType: "KMS", kmsKey };
      const { repository } = await ecr.client.send(
        new CreateRepositoryCommand({ repositoryName, encryptionConfiguration }),
      );
      return repository?.encryptionConfiguration?.kmsKey;
    };
    const key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const byAlias = await create("by-alias", "alias/mine");
    if (isOn) assert.match(byAlias ?? "", /^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f-]{36}$/);
    else assert.equal(byAlias, "alias/mine");
    assert.equal(await create("by-id", "1234abcd-12ab-34cd-56ef-1234567890ab"), isOn ? key : key.slice(-36));
    assert.equal(await create("by-arn", key), key);
  },

  "ecr-policy-in-other-words": async (ecr, isOn) => {
    const statement = (AWS: unknown) => ({ Effect: "Allow", Principal: { AWS }, Action: ["ecr:BatchGetImage"] });
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement(["123456789012"])] });
    await ecr.client.send(new SetRepositoryPolicyCommand({ repositoryName: "app", policyText }));
    const read = await ecr.client.send(new GetRepositoryPolicyCommand({ repositoryName: "app" }));
    const changed = { ...statement("arn:aws:iam::123456789012:root"), Action: "ecr:BatchGetImage" };
    const expected = isOn ? { Version: "2012-10-17", Statement: [changed] } : (JSON.parse(policyText) as object);
    assert.deepEqual(JSON.parse(read.policyText ?? ""), expected);
  },

  "ecr-put-image-throttle": async (ecr, isOn) => {
    const image = await pushImage(ecr, "v0", makeImage("one"));
    const replies: Reply[] = [];
    for (let at = 1; at <= 10; at += 1) replies.push(await ecr.putManifest(`app/manifests/v${at}`, image));
    const statuses = replies.map(({ status }) => status);
    assert.deepEqual(
      statuses.slice(0, 9),
      Array.from({ length: 9 }, () => 201),
    );
    assert.equal(statuses[9], isOn ? 429 : 201);
    if (!isOn) return;
    const { headers, text } = replies[9] as Reply;
    assert.equal(text, '{"errors":[{"code":"TOOMANYREQUESTS","message":"Rate exceeded"}]}');
    assert.equal(headers["retry-after"], undefined);
    const put = { repositoryName: "app", imageManifest: image.bytes.toString(), imageTag: "v11" };
    await assert.rejects(ecr.client.send(new PutImageCommand(put)), { name: "ThrottlingException" });
    clock.advance(1);
    await ecr.client.send(new PutImageCommand(put));
  },

  "ecr-api-throttle": async (ecr, isOn) => {
    ecr.ecr.limits.apiCallsPerSecond = 2;
    const describeAll = () => ecr.client.send(new DescribeRepositoriesCommand({}));
    await describeAll();
    if (!isOn) return void (await describeAll(), await describeAll());
    // GetAuthorizationToken was the first of the two calls in this second.
    await assert.rejects(describeAll(), (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
      assert.equal(error.name, "ThrottlingException");
      assert.equal(error.message, "Rate exceeded");
      assert.equal(error.$metadata?.httpStatusCode, 400);
      return true;
    });
    clock.advance(1);
    await describeAll();
  },

  "ecr-repository-quota": async (ecr, isOn) => {
    ecr.ecr.limits.repositories = 2;
    const create = (repositoryName: string) => ecr.client.send(new CreateRepositoryCommand({ repositoryName }));
    await create("second");
    if (!isOn) return void (await create("third"));
    await assert.rejects(create("third"), { name: "LimitExceededException" });
    await assert.rejects(create("second"), { name: "RepositoryAlreadyExistsException" });
  },
};

let clock = manualClock();

for (const { name, what } of ECR_QUIRKS) {
  describe(`${name}: ${what}`, () => {
    for (const isOn of [true, false]) {
      test(isOn ? "is present when switched on" : "is absent when switched off", async (t: TestContext) => {
        clock = manualClock();
        const others = Object.fromEntries(ECR_QUIRKS.map((quirk) => [quirk.name, false]));
        const ecr = await startEndpoint(t, { quirks: { ...others, [name]: isOn }, clock: clock.now });
        await CHECKS[name](ecr, isOn);
      });
    }
  });
}

async function pushImage(ecr: EndpointFixture, tag: string, image: ReturnType<typeof makeImage>) {
  for (const blob of [image.layer, image.config]) await ecr.push("app", blob);
  const { status } = await ecr.putManifest(`app/manifests/${tag}`, image);
  assert.equal(status, 201);
  return image;
}

function tagsOf(reply: Reply): string[] {
  return (JSON.parse(reply.text) as { tags: string[] }).tags;
}

function manualClock() {
  let at = Date.parse("2026-03-01T12:00:00Z");
  return {
    now: () => new Date(at),
    advance(seconds: number) {
      at += seconds * 1000;
    },
  };
}
