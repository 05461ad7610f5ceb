import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A line of the access log. `path` has no query. */
export interface AccessLine {
  method: string;
  path: string;
  status: number;
}

/** Debian's docker-registry, running on 127.0.0.1 with its own storage. */
export interface DockerRegistry {
  /** `127.0.0.1:40123` */
  host: string;
  /** Returns the requests since the last call, after waiting for the log to be complete. */
  takeAccessLog(): Promise<AccessLine[]>;
  /** Stops the process and keeps the storage. */
  stop(): Promise<void>;
  /** Stops the process and deletes the storage. */
  [Symbol.asyncDispose](): Promise<void>;
}

const LISTENING = /listening on (127\.0\.0\.1:\d+)/;
const ACCESS = /"(GET|HEAD|PUT|POST|PATCH|DELETE) (\S+) HTTP\/1\.1" (\d{3}) /g;
/** Timeout for the process to listen, and for the log to contain a finished request. */
const TIMEOUT_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 20;

/** Starts Debian's docker-registry with storage in a new folder, deletion enabled and an access log. */
export async function startDockerRegistry(): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "docker-registry-"));
  const config = join(folder, "config.yml");
  await writeFile(config, configuration(join(folder, "storage")));
  const child = spawn("docker-registry", ["serve", config], {
    env: { PATH: process.env["PATH"] ?? "", OTEL_TRACES_EXPORTER: "none" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  let log = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await until(() => LISTENING.test(stderr) || child.exitCode !== null);
  const host = LISTENING.exec(stderr)?.[1];
  if (host === undefined) throw new Error(`docker-registry did not start:\n${stderr}`);

  let taken = 0;
  let markers = 0;
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  return {
    host,
    takeAccessLog: async () => {
      markers += 1;
      const marker = `/v2/log-marker-${markers}/tags/list`;
      await (await fetch(`http://${host}${marker}`)).arrayBuffer();
      await until(() => log.includes(`"GET ${marker} `));
      const lines = log.slice(taken);
      taken = log.length;
      return accessLines(lines).filter((line) => !line.path.startsWith("/v2/log-marker-"));
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(storage: string): string {
  return JSON.stringify({
    version: "0.1",
    log: { level: "info", accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: { addr: "127.0.0.1:0" },
  });
}

function accessLines(log: string): AccessLine[] {
  return [...log.matchAll(ACCESS)].map(([, method = "", target = "", status]) => ({
    method,
    path: target.split("?", 1)[0] ?? "",
    status: Number(status),
  }));
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + TIMEOUT_MILLISECONDS;
  while (!condition()) {
    if (performance.now() > end) throw new Error("timed out waiting for docker-registry");
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
