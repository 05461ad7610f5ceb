import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One line of the access log. `path` has no query. */
export interface AccessLine {
  method: string;
  path: string;
  status: number;
}

/** A running docker-registry of Debian, on 127.0.0.1 with a storage of its own. */
export interface DockerRegistry {
  /** `127.0.0.1:40123` */
  host: string;
  /** The requests answered since the last call. Waits until the log has caught up with all that are finished. */
  takeAccessLog(): Promise<AccessLine[]>;
  /** Ends the process; the storage stays. */
  stop(): Promise<void>;
  /** Ends the process and removes the storage. */
  [Symbol.asyncDispose](): Promise<void>;
}

const LISTENING = /listening on (127\.0\.0\.1:\d+)/;
const ACCESS = /"(GET|HEAD|PUT|POST|PATCH|DELETE) (\S+) HTTP\/1\.1" (\d{3}) /g;
/** How long the process may take to listen, and its log to show a finished request. */
const PATIENCE_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 20;

/** Starts Debian's docker-registry: file storage in a new folder, deletion enabled, access log kept. */
export async function startDockerRegistry(): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "docker-registry-"));
  const config = join(folder, "config.yml");
  await writeFile(config, configuration(join(folder, "storage")));
  const child = spawn("docker-registry", ["serve", config], {
    // Debian's own log level is one line a request besides the access log.
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

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MILLISECONDS;
  while (!holds()) {
    if (Date.now() > end) throw new Error("docker-registry kept its test waiting");
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
