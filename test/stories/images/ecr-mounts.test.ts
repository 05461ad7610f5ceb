/** Layers shared by several repositories of one ECR. If these fail, bytes are sent twice, or an image is incomplete. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { PutAccountSettingCommand } from "@aws-sdk/client-ecr";

import { refuse, type Answer } from "../../../src/sandbox/http/answer.ts";
import { sandboxUser } from "../../../src/sandbox/aws/ecr-identity.ts";
import { DEFAULT_ACCOUNT, type EcrRegistry } from "../../../src/sandbox/ecr/ecr.ts";
import { generateImage, type ImageOptions } from "../../../src/sandbox/registry/generate-image.ts";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { printedPolicies } from "../../cli/iam/support.ts";
import { clientFor } from "../../sandbox/support/ecr.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";

/** Larger than blobs that are sent instead of mounted. */
const LAYER_BYTES = 600 * 1024;
const IMAGE: ImageOptions = { form: "oci-manifest", base: "shared", layers: 1, layerBytes: LAYER_BYTES };

const VERSION = "2012-10-17";

interface Place {
  sandbox: Sandbox;
  registry: EcrRegistry;
  file: string;
  apply(file?: string): Promise<void>;
  /** Returns the status, source and destination of each mount request. */
  mounts(): string[];
  /** Counts uploads of large blobs. */
  uploads(): number;
  /** Counts downloads of large blobs from Docker Hub. */
  downloads(): number;
}

function fileOf(names: readonly string[], settings: Readonly<Record<string, string>> = {}): string {
  const mirrors = names.map((name) => {
    const own = settings[name] === undefined ? "" : `, repositories: ${settings[name]}`;
    return `  - { image: team/${name}:1, to: ${name}:1${own} }`;
  });
  return `version: 1\nname: platform\ntargets: { main: { ecr: {} } }\nmirrors:\n${mirrors.join("\n")}\n`;
}

async function start(
  t: TestContext,
  names: readonly string[],
  options: {
    setting?: "ENABLED" | "DISABLED" | undefined;
    image?: ImageOptions;
    settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<Place> {
  const { setting = "ENABLED", image = IMAGE } = options;
  const sandbox = await startSandbox({
    images: names.map((name) => `team/${name}:1`),
    imageOptions: image,
    ecr: { accountSettings: { BLOB_MOUNTING: setting } },
  });
  const folder = await folderWith({ "mirrors.yaml": fileOf(names, options.settings), "first.yaml": fileOf(["one"]) });
  t.after(async () => {
    await sandbox.close();
    await folder.remove();
  });
  const registry = await sandbox.ecr.registry();
  const path = (name: string) => join(folder.path, name);
  return {
    sandbox,
    registry,
    file: path("mirrors.yaml"),
    async apply(file = "mirrors.yaml") {
      const { code, stdout, stderr } = await runHere(["apply", "--file", path(file)], sandbox.environment);
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      assert.deepEqual(incompleteTags(registry.store), []);
    },
    mounts: () =>
      registry.server.requests.flatMap(({ path: at, query, status }) => {
        const from = /[?&]?from=([^&]+)/.exec(query)?.[1];
        return query.includes("mount=") ? [`${status} ${from} -> ${at.split("/")[2]}`] : [];
      }),
    uploads: () =>
      registry.server.requests.filter(
        ({ method, path: at, headers }) =>
          method === "PUT" && at.includes("/blobs/") && Number(headers["content-length"]) > LAYER_BYTES,
      ).length,
    downloads: () => sandbox.dockerHub.registry.requests.filter((request) => isLarge(request.path)).length,
  };
}

/** The layer that all images share. */
const SHARED = [...generateImage("docker.io/team/one:1", IMAGE).blobs].find(([, bytes]) => bytes.length > LAYER_BYTES);
const isLarge = (path: string): boolean => SHARED !== undefined && path.endsWith(`/blobs/${SHARED[0]}`);
const mountAnswer = ({ registry }: Place, answer: Answer): void => {
  registry.server.onRequest = ({ query }) => (query.includes("mount=") ? { kind: "answer", answer } : undefined);
};

describe("a layer that images of several repositories share", { concurrency: 4 }, () => {
  test("is downloaded and uploaded once, then mounted, if the account setting is on", async (t) => {
    const names = ["one", "two", "three", "four", "five"];
    const place = await start(t, names);
    await place.apply();
    assert.equal(place.downloads(), 1);
    assert.equal(place.uploads(), 1);
    assert.equal(place.mounts().length, names.length - 1);
    assert.ok(place.mounts().every((mount) => mount.startsWith("201 ")));
  });

  test("is mounted for each platform", async (t) => {
    const place = await start(t, ["one", "two"], { image: { ...IMAGE, form: "docker-list" } });
    await place.apply();
    assert.equal(place.uploads(), 2);
    assert.deepEqual(place.mounts(), ["201 one -> two", "201 one -> two"]);
  });

  test("is mounted from a repository of an earlier run, if a tag shows that the repository has it", async (t) => {
    const place = await start(t, ["one", "two"]);
    await place.apply("first.yaml");
    await place.apply();
    assert.deepEqual([place.uploads(), place.downloads()], [1, 1]);
    assert.deepEqual(place.mounts(), ["201 one -> two"]);
  });

  test("is mounted between repositories with the same key", async (t) => {
    const key = "{ encryption: { kms: alias/images } }";
    const place = await start(t, ["one", "two"], { settings: { one: key, two: key } });
    await place.apply();
    assert.equal(place.uploads(), 1);
    assert.equal(place.mounts().length, 1);
  });

  for (const [what, settings] of [
    ["types", { two: "{ encryption: { kms: alias/images } }" }],
    ["keys", { one: "{ encryption: { kms: alias/a } }", two: "{ encryption: { kms: alias/b } }" }],
  ] as const) {
    test(`is sent to each repository without a mount if the encryption has different ${what}`, async (t) => {
      const place = await start(t, ["one", "two"], { settings });
      await place.apply();
      assert.equal(place.uploads(), 2);
      assert.deepEqual(place.mounts(), []);
    });
  }

  test("is mounted with the policy of mirrorform iam, and no call is denied", async (t) => {
    const place = await start(t, ["one", "two"]);
    const policies = await printedPolicies("apply", fileOf(["one", "two"]), ["--account", DEFAULT_ACCOUNT]);
    // Unlike at AWS, the host name of the sandbox's registry does not contain the account.
    const extra = { Effect: "Allow", Action: "ecr:DescribeRegistry", Resource: "*" } as const;
    const documents = [...policies.flatMap((policy) => policy.documents), { Version: VERSION, Statement: [extra] }];
    place.sandbox.ecr.enforce(sandboxUser(DEFAULT_ACCOUNT).arn, documents);
    await place.apply();
    assert.deepEqual(place.sandbox.ecr.denials, []);
    assert.equal(place.mounts().length, 1);
  });

  test("is sent to each repository without a mount if the account setting is off", async (t) => {
    const place = await start(t, ["one", "two"], { setting: "DISABLED" });
    await place.apply();
    assert.equal(place.uploads(), 2);
    assert.deepEqual(place.mounts(), []);
  });

  test("is sent to each repository without a mount if reading the account setting is denied", async (t) => {
    const place = await start(t, ["one", "two"]);
    place.sandbox.ecr.deny(["ecr:GetAccountSetting"]);
    await place.apply();
    assert.equal(place.uploads(), 2);
    assert.deepEqual(place.mounts(), []);
    const calls = place.sandbox.ecr.calls.filter(({ operation }) => operation === "GetAccountSetting");
    assert.equal(calls.length, 1);
  });

  test("is sent to the upload that ECR starts if it does not mount", async (t) => {
    const place = await start(t, ["one", "two"]);
    // The setting is turned off after the plan was made.
    const client = clientFor(t, place.sandbox.ecr);
    let isOff: Promise<unknown> | undefined;
    place.registry.server.onRequest = ({ query }) => {
      if (!query.includes("mount=")) return undefined;
      isOff ??= client.send(new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value: "DISABLED" }));
      return { kind: "wait", for: isOff };
    };
    await place.apply();
    assert.deepEqual(place.mounts(), ["202 one -> two"]);
    assert.equal(place.uploads(), 2);
    const started = place.registry.server.requests.filter(
      ({ method, path }) => method === "POST" && path === "/v2/two/blobs/uploads/",
    );
    assert.equal(started.length, 2, "one upload from the mount of the layer, and one of the config");
    assert.equal(place.downloads(), 1, "the bytes come from the repository that has the layer");
  });

  for (const answer of [
    refuse(403, "DENIED", "not authorized to perform: ecr:GetDownloadUrlForLayer"),
    refuse(404, "NAME_UNKNOWN", "no such repository"),
    refuse(429, "TOOMANYREQUESTS", "Rate exceeded"),
    refuse(500, "UNKNOWN", ""),
  ]) {
    test(`is sent if a mount is answered with ${answer.status}, and no other mount is tried`, async (t) => {
      const place = await start(t, ["one", "two", "three"]);
      mountAnswer(place, answer);
      await place.apply();
      assert.equal(place.uploads(), 3);
      assert.ok(place.mounts().length <= 2, "the concurrent requests");
      assert.ok(place.downloads() <= 3);
    });
  }
});

describe("after a run that was killed", { concurrency: 2 }, () => {
  for (const when of ["at the mount request", "after a mount"]) {
    test(`${when}, the next run finishes`, async (t) => {
      const place = await start(t, ["one", "two"]);
      const { server, store } = place.registry;
      let kill: (() => void) | undefined;
      const isMount = ({ query }: { query: string }) => query.includes("mount=");
      if (when === "after a mount") server.onFinished = (request) => void (isMount(request) && kill?.());
      else {
        server.onRequest = (request) => {
          if (!isMount(request)) return undefined;
          kill?.();
          return { kind: "cut" };
        };
      }
      const killed = await mirrorform(["apply", "--file", place.file], {
        folder: join(place.file, ".."),
        environment: place.sandbox.environment,
        onStart: (child) => (kill = () => child.kill("SIGKILL")),
      });
      assert.equal(killed.signal, "SIGKILL");
      assert.deepEqual(incompleteTags(store), []);
      assert.equal(store.repository("two")?.tags.size, 0);
      server.onRequest = undefined;
      server.onFinished = undefined;
      await place.apply();
      assert.ok(store.repository("one")?.tags.has("1") === true && store.repository("two")?.tags.has("1") === true);
      assert.equal(place.uploads(), 1, "both runs together send the layer once");
    });
  }
});
