import type { TestContext } from "node:test";

import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";

import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { startEcr, type EcrOptions, type EcrRegistry, type SandboxEcr } from "../../../src/sandbox/ecr/ecr.ts";

import { request, type Reply, type Send } from "./http.ts";

/** Credentials in the format of the AWS SDK. */
export interface Key {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface Fixture {
  ecr: SandboxEcr;
  client: ECRClient;
  registry: EcrRegistry;
}

/** Starts ECR and creates a client. Both are closed after the test. */
export async function startFixture(test: TestContext, options: EcrOptions = {}): Promise<Fixture> {
  const ecr = await startEcr(options);
  test.after(() => ecr.close());
  const client = clientFor(test, ecr);
  return { ecr, client, registry: await ecr.registry() };
}

export function clientFor(test: TestContext, ecr: SandboxEcr, options: { region?: string; key?: Key } = {}): ECRClient {
  const client = new ECRClient({
    endpoint: ecr.api.url,
    region: options.region ?? "us-east-1",
    credentials: options.key ?? {
      accessKeyId: ecr.environment["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: ecr.environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
    maxAttempts: 1,
  });
  test.after(() => client.destroy());
  return client;
}

/** Creates an image with one layer, as bytes to push. */
export function makeImage(content: string, mediaType: string = OCI_MANIFEST) {
  const layer = Buffer.from(content);
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", content }));
  const body = {
    schemaVersion: 2,
    mediaType,
    config: describe("application/vnd.oci.image.config.v1+json", config),
    layers: [describe("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
  };
  const bytes = Buffer.from(JSON.stringify(body));
  return { layer, config, bytes, mediaType, digest: digestOf(bytes), body };
}

export function makeIndex(images: readonly { bytes: Buffer; mediaType: string }[]) {
  const manifests = images.map(({ bytes, mediaType }) => describe(mediaType, bytes));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
}

/** Adds an image's blobs to a repository in the store directly. */
export function putBlobs(registry: EcrRegistry, repository: string, image: { layer: Buffer; config: Buffer }): void {
  const into = registry.store.create(repository);
  for (const bytes of [image.layer, image.config]) registry.store.putBlob(into, digestOf(bytes), bytes);
}

function describe(mediaType: string, bytes: Buffer) {
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
}

/** ECR with authenticated requests to its `/v2/`. */
export interface EndpointFixture extends Fixture {
  /** Sends a request to a path below `/v2/`, or to a `Location` header from an answer. */
  send(method: string, path: string, options?: Omit<Send, "method">): Promise<Reply>;
  /** Uploads a blob by POST, with its content in the closing PUT. */
  push(repository: string, blob: Buffer): Promise<Reply>;
  putManifest(path: string, manifest: { bytes: Buffer; mediaType: string }): Promise<Reply>;
}

/** Starts ECR with one empty repository, `app`. */
export async function startEndpoint(test: TestContext, options: EcrOptions = {}): Promise<EndpointFixture> {
  const fixture = await startFixture(test, options);
  const { client, registry } = fixture;
  registry.store.create("app");
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  const authorization = `Basic ${authorizationData?.[0]?.authorizationToken}`;
  const send: EndpointFixture["send"] = (method, path, { headers, ...rest } = {}) =>
    request(`${registry.server.url}${path.startsWith("/") ? "" : "/v2/"}${path}`, {
      method,
      headers: { authorization, ...headers },
      ...rest,
    });
  return {
    ...fixture,
    send,
    async push(repository, blob) {
      const { headers } = await send("POST", `${repository}/blobs/uploads/`);
      return send("PUT", `${headers.location}?digest=${digestOf(blob)}`, { body: blob });
    },
    putManifest: (path, { bytes, mediaType }) =>
      send("PUT", path, { body: bytes, headers: { "content-type": mediaType } }),
  };
}
