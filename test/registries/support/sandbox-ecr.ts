import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startEcr as startSandboxEcr } from "../../../src/sandbox/ecr/ecr.ts";
import { noQuirks } from "../../../src/sandbox/quirks.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import { aws, registryAuthorization } from "./aws.ts";

/** The Region in the tests' mirror files. */
export const REGION = "eu-central-1";

/** The sandbox's ECR, with helpers for these tests. */
export interface Ecr {
  /** Environment variables for its clients: endpoints, credentials and Region. */
  environment: Record<string, string>;
  /** Host and port of the registry in {@link REGION}. */
  registry: string;
  /** Called when the registry has answered a request. */
  onRequestFinished: ((request: RecordedRequest) => void) | undefined;
  /** Returns the API operations and registry requests since the last call. */
  takeRequests(): { operations: string[]; registry: RecordedRequest[] };
  /** Gets the Authorization header for the registry with the AWS CLI. */
  authorization(): Promise<string>;
  /** Writes a credentials file for skopeo to `folder`. @returns its path */
  writeAuthFile(folder: string): Promise<string>;
  close(): Promise<void>;
}

export interface EcrOptions {
  /** `off`: a registry that follows the spec. */
  quirks?: "as-real" | "off";
  /** Repositories to create with the AWS CLI at the start. */
  repositories?: readonly string[];
}

/** Starts the sandbox's ECR in this process. */
export async function startEcr({ quirks = "as-real", repositories = [] }: EcrOptions = {}): Promise<Ecr> {
  const sandbox = await startSandboxEcr({ region: REGION, ...(quirks === "off" ? { quirks: noQuirks() } : {}) });
  const { server } = await sandbox.registry();
  const { environment } = sandbox;
  try {
    for (const name of repositories) await aws(environment, "ecr", "create-repository", "--repository-name", name);
  } catch (error) {
    // An open server would keep the test process from ending.
    await sandbox.close();
    throw error;
  }
  let operations = 0;
  let requests = 0;
  return {
    environment,
    registry: server.host,
    get onRequestFinished() {
      return server.onFinished;
    },
    set onRequestFinished(listener) {
      server.onFinished = listener;
    },
    takeRequests: () => {
      const taken = {
        operations: sandbox.calls.slice(operations).map(({ operation }) => operation),
        registry: server.requests.slice(requests),
      };
      operations = sandbox.calls.length;
      requests = server.requests.length;
      return taken;
    },
    authorization: async () => await registryAuthorization(environment),
    writeAuthFile: async (folder) => {
      const path = join(folder, "auth.json");
      const auth = (await registryAuthorization(environment)).replace(/^Basic /, "");
      await writeFile(path, JSON.stringify({ auths: { [server.host]: { auth } } }), { mode: 0o600 });
      return path;
    },
    close: async () => await sandbox.close(),
  };
}
