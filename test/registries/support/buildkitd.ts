import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { output } from "../../support/command.ts";
import { cached } from "./cache.ts";

/** A running buildkitd, with buildx set up to use it. */
export interface Buildkitd {
  /** Returns the environment with which `buildx` uses this buildkitd. */
  environment: Record<string, string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Timeout for buildkitd to listen. */
const TIMEOUT_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 20;

/** Returns the path of buildx. */
export const BUILDX = (): string => cached("uri-readers", "buildx");

/** Starts buildkitd, as root. @param dockerHub the host and port that it uses for `docker.io` */
export async function startBuildkitd(dockerHub: string): Promise<Buildkitd> {
  const folder = await mkdtemp(join(tmpdir(), "buildkitd-"));
  const config = join(folder, "buildkitd.toml");
  const socket = join(folder, "socket");
  await writeFile(
    config,
    `[registry."docker.io"]\n  mirrors = ["${dockerHub}"]\n[registry."${dockerHub}"]\n  http = true\n`,
  );
  const args = ["--config", config, "--addr", `unix://${socket}`, "--root", join(folder, "root")];
  // These work inside a container too.
  const plain = ["--containerd-worker=false", "--oci-worker-snapshotter=native", "--oci-worker-net=host"];
  const child = spawn(cached("uri-readers", "buildkitd"), [...args, ...plain], {
    env: { PATH: process.env["PATH"] ?? "", HOME: folder },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const ended = once(child, "close");
  const end = Date.now() + TIMEOUT_MILLISECONDS;
  while (!existsSync(socket)) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`buildkitd did not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
  const environment = {
    BUILDX_CONFIG: join(folder, "buildx"),
    BUILDX_BUILDER: "test",
    // The first manifest is then the image.
    BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
  };
  await output(BUILDX(), ["create", "--name", "test", "--driver", "remote", `unix://${socket}`], {
    env: { BUILDX_CONFIG: environment.BUILDX_CONFIG },
  });
  return {
    environment,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Reads the digests of the layers of an image that a build exported to an OCI layout. */
export async function layersOf(layout: string): Promise<string[]> {
  const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(layout, path), "utf8"));
  let { manifests = [], layers } = (await read("index.json")) as Content;
  while (layers === undefined) {
    const [first] = manifests;
    if (first === undefined) throw new Error(`${layout} has no image`);
    ({ manifests = [], layers } = (await read(`blobs/${first.digest.replace(":", "/")}`)) as Content);
  }
  return layers.map(({ digest }) => digest);
}

interface Content {
  manifests?: { digest: string }[];
  layers?: { digest: string }[];
}
