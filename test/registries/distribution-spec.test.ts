/**
 * The checks of support/registry-checks.ts on two registries: Debian's docker-registry, which proves the checks,
 * and the sandbox's ECR with its quirks off, which they prove.
 */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { startDockerRegistry } from "./support/docker-registry.ts";
import { startEcr } from "./support/sandbox-ecr.ts";
import { REGISTRY_CHECKS } from "./support/registry-checks.ts";
import { registryClient, type RegistryClient } from "./support/registry-client.ts";

const REPOSITORIES = ["conformance/one", "conformance/two"] as const;

interface Subject {
  name: string;
  /** Checks that it does not pass, by their sentence, each with the reason. */
  leftOut: Readonly<Record<string, string>>;
  start(): Promise<{ client: RegistryClient; stop(): Promise<void> }>;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: "docker-registry 2.8",
    leftOut: {
      "end-5: a chunk out of order is 416": "2.8 ignores Content-Range on PATCH",
      "end-8: tags are listed, in pages that Link leads through": "2.8 has no pages",
      "end-12: what refers to a manifest is listed as an index": "2.8 is older than the referrers API",
      "end-9: a tag is deleted alone": "2.8 deletes by digest alone",
    },
    start: async () => {
      const registry = await startDockerRegistry();
      return {
        client: registryClient(`http://${registry.host}`, REPOSITORIES),
        stop: async () => await registry[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: "the sandbox's ECR with its quirks off",
    leftOut: {},
    start: async () => {
      const ecr = await startEcr({ quirks: "off", repositories: REPOSITORIES });
      return {
        client: registryClient(`http://${ecr.registry}`, REPOSITORIES, await ecr.authorization()),
        stop: async () => await ecr.close(),
      };
    },
  },
];

for (const subject of SUBJECTS) {
  suite(`distribution-spec 1.1: ${subject.name}`, () => {
    let started: Awaited<ReturnType<Subject["start"]>>;
    before(async () => {
      started = await subject.start();
    });
    after(async () => await started.stop());

    for (const { part, sentence, check } of REGISTRY_CHECKS) {
      const reason = subject.leftOut[sentence];
      if (reason === undefined) {
        test(`${part}: ${sentence}`, async () => await check(started.client));
      } else {
        test(`${part}: not "${sentence}": ${reason}`, async () => {
          await assert.rejects(check(started.client), assert.AssertionError);
        });
      }
    }
    test("everything left out is one of the checks", () => {
      const sentences = new Set(REGISTRY_CHECKS.map(({ sentence }) => sentence));
      assert.deepEqual(
        Object.keys(subject.leftOut).filter((sentence) => !sentences.has(sentence)),
        [],
      );
    });
  });
}
