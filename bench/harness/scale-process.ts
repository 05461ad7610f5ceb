/**
 * Docker Hub and ECR with the same tags in a separate process, so that they do not affect the measurement. Started by
 * `counting-sandbox.ts`.
 */
import { CreateRepositoryCommand, ECRClient, PutLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import pLimit from "p-limit";
import { digestOf } from "../../src/oci/digest.ts";
import type { Manifest } from "../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { startDockerHub } from "../../src/sandbox/docker-hub/docker-hub.ts";
import { startEcr } from "../../src/sandbox/ecr/ecr.ts";
import { LIFECYCLE_POLICY, OWNER, scaleContent } from "./scale-content.ts";
import type { SandboxReport } from "./counting-sandbox.ts";

/** Quotas are off, because they would dominate the measurement. */
const UNLIMITED = 1_000_000;
const CONCURRENT_CALLS = 8;
/** Typical for multi-platform images with attestations. An index has 2.7 kB. */
const CHILDREN_PER_INDEX = 12;

process.once("disconnect", () => process.exit(0));

const content = scaleContent(Number(process.argv[2]), Number(process.argv[3]));
const dockerHub = await startDockerHub({ pullLimit: "unlimited", catalogueLimitPerMinute: UNLIMITED });
const limits = { putImagesPerSecond: UNLIMITED, apiCallsPerSecond: UNLIMITED, repositories: UNLIMITED };
const ecr = await startEcr({ limits });
await fill();
takeCounts();
process.on("message", () => report({ counts: takeCounts() }));
report({ environment: { ...dockerHub.environment, ...ecr.environment, NO_PROXY: "127.0.0.1" } });

/**
 * Creates repositories with ownership tags and settings through the API. Adds manifests directly to both stores, without
 * blobs, because nothing is copied.
 */
async function fill(): Promise<void> {
  const client = new ECRClient({
    endpoint: ecr.api.url,
    region: ecr.environment["AWS_REGION"] ?? "",
    credentials: {
      accessKeyId: ecr.environment["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: ecr.environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  });
  const { store } = await ecr.registry();
  const limit = pLimit(CONCURRENT_CALLS);
  await Promise.all(
    content.map(({ repository: repositoryName, tags }) =>
      limit(async () => {
        const tagged = { repositoryName, tags: [{ Key: "mirrorform", Value: OWNER }] };
        await client.send(new CreateRepositoryCommand({ ...tagged, imageTagMutability: "IMMUTABLE" }));
        const lifecyclePolicyText = JSON.stringify(LIFECYCLE_POLICY);
        await client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
        const [from, to] = [dockerHub.store.create(repositoryName), store.create(repositoryName)];
        for (const tag of tags) {
          const manifest = indexOf(`${repositoryName}:${tag}`);
          dockerHub.store.putManifest(from, manifest, [tag]);
          store.putManifest(to, manifest, [tag]);
        }
      }),
    ),
  );
  client.destroy();
}

function indexOf(name: string): Manifest {
  const manifests = Array.from({ length: CHILDREN_PER_INDEX }, (_, i) => ({
    mediaType: OCI_MANIFEST,
    digest: digestOf(Buffer.from(`${name} ${i}`)),
    size: 1_234,
    platform: { os: "linux", architecture: `cpu${i}` },
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, undefined, 1));
  return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
}

/** Counts ECR API calls, and requests to each server of Docker Hub by method. */
function takeCounts(): Record<string, number> {
  const { registry, auth, catalogue } = dockerHub;
  const counts: Record<string, number> = { ECR: ecr.api.requests.splice(0).length };
  for (const [name, server] of Object.entries({ registry, auth, catalogue })) {
    for (const { method } of server.requests.splice(0)) {
      const kind = `${name} ${method}`;
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return counts;
}

function report(message: SandboxReport): void {
  process.send?.(message);
}
