/** Checks with the AWS CLI, as an independent client, what apply creates in the sandbox's ECR. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX } from "../../src/oci/media-type.ts";
import { aws } from "./support/aws.ts";
import { startDockerRegistry, type DockerRegistry } from "./support/docker-registry.ts";
import { REGION, startEcr, type Ecr } from "./support/sandbox-ecr.ts";
import { LIFECYCLE_POLICY, REPOSITORY_POLICY, writeMirrorFile } from "./support/mirror-file.ts";
import { mirrorform } from "../support/mirrorform.ts";
import { REPOSITORY, seed, SEEDED_TAGS } from "./support/seed.ts";
import { inspectRaw } from "./support/skopeo.ts";

suite("the AWS CLI reads what apply created", () => {
  let source: DockerRegistry;
  let ecr: Ecr;
  let folder: string;
  /** Runs `aws ecr OPERATION --repository-name team/app …`. */
  let callEcr: (operation: string, ...args: string[]) => Promise<Record<string, unknown>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mirrors-"));
    [source, ecr] = await Promise.all([startDockerRegistry(), startEcr()]);
    await seed(source.host);
    const tags = [SEEDED_TAGS.oci];
    const file = await writeMirrorFile(folder, { source: source.host, tags, refresh: "always" });
    const { code, stdout, stderr } = await mirrorform(["apply", "--file", file], {
      folder: dirname(file),
      environment: ecr.environment,
    });
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    callEcr = async (operation, ...args) =>
      (await aws(ecr.environment, "ecr", operation, "--repository-name", REPOSITORY, ...args)) as Record<
        string,
        unknown
      >;
  });
  after(async () => {
    await Promise.all([source[Symbol.asyncDispose](), ecr.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  test("describe-repositories returns the settings in the mirror file", async () => {
    const repository = await describeRepository(ecr);
    assert.equal(repository["imageTagMutability"], "IMMUTABLE");
    assert.deepEqual(repository["imageScanningConfiguration"], { scanOnPush: true });
    assert.deepEqual(repository["encryptionConfiguration"], { encryptionType: "AES256" });
    assert.equal(repository["repositoryUri"], `${ecr.registry}/${REPOSITORY}`);
  });

  test("list-tags-for-resource returns the ownership tag and the tags in the mirror file", async () => {
    const { repositoryArn } = await describeRepository(ecr);
    assert.match(String(repositoryArn), new RegExp(`^arn:aws:ecr:${REGION}:\\d{12}:repository/${REPOSITORY}$`));
    const answer = await aws(ecr.environment, "ecr", "list-tags-for-resource", "--resource-arn", String(repositoryArn));
    const { tags } = answer as { tags: { Key: string; Value: string }[] };
    assert.deepEqual(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])), {
      mirrorform: "registries",
      team: "platform",
    });
  });

  test("get-lifecycle-policy and get-repository-policy return the policy files", async () => {
    const { lifecyclePolicyText } = await callEcr("get-lifecycle-policy");
    assert.deepEqual(JSON.parse(String(lifecyclePolicyText)), LIFECYCLE_POLICY);
    const { policyText } = await callEcr("get-repository-policy");
    assert.deepEqual(JSON.parse(String(policyText)), REPOSITORY_POLICY);
  });

  test("describe-images and list-images return the index with the source's digest and its tag, and its untagged children", async () => {
    const index = await inspectRaw({ repository: `${source.host}/${REPOSITORY}` }, `:${SEEDED_TAGS.oci}`);
    const digest = digestOf(Buffer.from(index));
    const { manifests } = JSON.parse(index) as { manifests: { digest: string }[] };

    const tagged = await callEcr("describe-images", "--image-ids", `imageTag=${SEEDED_TAGS.oci}`);
    const [image] = tagged["imageDetails"] as Record<string, unknown>[];
    assert.equal(image?.["imageDigest"], digest);
    assert.equal(image?.["imageManifestMediaType"], OCI_INDEX);

    const { imageIds } = (await callEcr("list-images")) as { imageIds: { imageDigest: string; imageTag?: string }[] };
    const wanted = [
      { imageDigest: digest, imageTag: SEEDED_TAGS.oci },
      ...manifests.map((one) => ({ imageDigest: one.digest })),
    ];
    assert.deepEqual(imageIds.toSorted(byDigest), wanted.toSorted(byDigest));
  });
});

async function describeRepository(ecr: Ecr): Promise<Record<string, unknown>> {
  const answer = await aws(ecr.environment, "ecr", "describe-repositories", "--repository-names", REPOSITORY);
  const { repositories } = answer as { repositories: Record<string, unknown>[] };
  assert.equal(repositories.length, 1);
  return repositories[0] ?? {};
}

function byDigest(one: { imageDigest: string }, other: { imageDigest: string }): number {
  return one.imageDigest < other.imageDigest ? -1 : 1;
}
