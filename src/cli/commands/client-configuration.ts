import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A place for the configuration of Docker and AWS clients that exists as long as a sandbox. */
export interface ClientConfiguration {
  /** Points clients to it. */
  environment: Record<string, string>;
  remove(): Promise<void>;
}

/**
 * Creates an empty configuration in a temporary folder. Clients can write to it: `docker login` and `buildah login`
 * create files in DOCKER_CONFIG, and `aws configure` creates the other two.
 */
export async function createClientConfiguration(): Promise<ClientConfiguration> {
  const folder = await mkdtemp(join(tmpdir(), "mirrorform-sandbox-"));
  const docker = join(folder, "docker");
  await mkdir(docker);
  return {
    environment: {
      DOCKER_CONFIG: docker,
      AWS_CONFIG_FILE: join(folder, "aws-config"),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "aws-credentials"),
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
