/** A Docker Hub and an ECR that hold the same tags, in a process of their own, so that time and memory measured are the tool's. Started by `scale.ts`. */
import { CreateRepositoryCommand, ECRClient, PutLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import pLimit from "p-limit";
import { digestOf } from "../../src/oci/digest.ts";
import type { Manifest } from "../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { startDockerHub } from "../../src/sandbox/docker-hub/docker-hub.ts";
import { startEcr } from "../../src/sandbox/ecr/ecr.ts";
import { LIFECYCLE_POLICY, OWNER, scaleContent } from "./scale-content.ts";
import type { SandboxReport } from "./counting-sandbox.ts";

/** Quotas would be what is measured. */
const UNLIMITED = 1_000_000;
const CALLS_AT_ONCE = 8;
/** As many as images of many platforms have, with their attestations: 2.7 kB an index. */
const CHILDREN_OF_AN_INDEX = 12;

process.once("disconnect", () => process.exit(0));

const content = scaleContent(Number(process.argv[2]), Number(process.argv[3]));
const dockerHub = await startDockerHub({ allowance: "unlimited", catalogueLimitPerMinute: UNLIMITED });
const limits = { putImagesPerSecond: UNLIMITED, apiCallsPerSecond: UNLIMITED, repositories: UNLIMITED };
const ecr = await startEcr({ limits });
await fill();
take();
process.on("message", () => report({ asked: take() }));
report({ environment: { ...dockerHub.environment, ...ecr.environment, NO_PROXY: "127.0.0.1" } });

/** Repositories through the API, as they carry a mark and settings; manifests straight into both stores, without blobs: nothing is copied. */
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
  const limit = pLimit(CALLS_AT_ONCE);
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
  const manifests = Array.from({ length: CHILDREN_OF_AN_INDEX }, (_, i) => ({
    mediaType: OCI_MANIFEST,
    digest: digestOf(Buffer.from(`${name} ${i}`)),
    size: 1_234,
    platform: { os: "linux", architecture: `cpu${i}` },
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, undefined, 1));
  return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
}

/** Calls of ECR's JSON API, and requests to each server of Docker Hub by method. */
function take(): Record<string, number> {
  const { registry, auth, catalogue } = dockerHub;
  const asked: Record<string, number> = { ECR: ecr.api.requests.splice(0).length };
  for (const [name, server] of Object.entries({ registry, auth, catalogue })) {
    for (const { method } of server.requests.splice(0)) {
      const kind = `${name} ${method}`;
      asked[kind] = (asked[kind] ?? 0) + 1;
    }
  }
  return asked;
}

function report(message: SandboxReport): void {
  process.send?.(message);
}
