/**
 * Runs the checks of support/registry-checks.ts on two registries: on Debian's docker-registry to validate the checks,
 * and on the sandbox's ECR with its quirks off to test it.
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
  /** Titles of the checks that it does not pass, with the reason. */
  failing: Readonly<Record<string, string>>;
  start(): Promise<{ client: RegistryClient; stop(): Promise<void> }>;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: "docker-registry 2.8",
    failing: {
      "end-5: answers a chunk out of order with 416": "2.8 ignores Content-Range on PATCH",
      "end-8: lists tags in pages with Link headers": "2.8 does not support paging",
      "end-12: lists the referrers of a manifest as an index": "2.8 does not have the referrers API",
      "end-9: deletes a single tag": "2.8 only deletes by digest",
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
    failing: {},
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

    for (const { part, title, check } of REGISTRY_CHECKS) {
      const reason = subject.failing[title];
      if (reason === undefined) {
        test(`${part}: ${title}`, async () => await check(started.client));
      } else {
        test(`${part}: fails "${title}": ${reason}`, async () => {
          await assert.rejects(check(started.client), assert.AssertionError);
        });
      }
    }
    test("every check listed as failing exists", () => {
      const titles = new Set(REGISTRY_CHECKS.map(({ title }) => title));
      assert.deepEqual(
        Object.keys(subject.failing).filter((title) => !titles.has(title)),
        [],
      );
    });
  });
}
