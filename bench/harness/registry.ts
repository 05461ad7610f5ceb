import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { readAccessLog, type AccessLine } from "./access-log.ts";
import { end, track } from "./children.ts";
import { newFolder, program, WORK } from "./place.ts";

/** A running distribution registry on 127.0.0.1, without authentication, with its storage in memory. */
export interface BenchRegistry {
  /** `127.0.0.1:40123` */
  host: string;
  /** Returns the requests since the last call. Empty without an access log. */
  takeAccessLog(): Promise<AccessLine[]>;
  /** Stops the registry and deletes its storage. */
  close(): Promise<void>;
}

const TIMEOUT_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 10;
const KEPT_OUTPUT = 4_000;

/** @param accessLog use it only to count requests: writing the log takes time */
export async function startRegistry({ accessLog }: { accessLog: boolean }): Promise<BenchRegistry> {
  const folder = newFolder("registry");
  const config = join(folder, "config.yml");
  // Choose the port here: at the log level that reports the port, the registry also logs every request.
  const host = `127.0.0.1:${await freePort()}`;
  await writeFile(config, configuration(host, join(folder, "storage"), accessLog));
  const child = spawn(program("registry"), ["serve", config], {
    env: { PATH: process.env["PATH"] ?? "", BENCH_WORK: WORK, OTEL_TRACES_EXPORTER: "none" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  track(child);
  let log = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-KEPT_OUTPUT)));
  await until(async () => child.exitCode !== null || (await answers(host)));
  if (child.exitCode !== null) throw new Error(`the registry did not start: ${stderr}`);

  let taken = 0;
  let markers = 0;
  return {
    host,
    async takeAccessLog() {
      if (!accessLog) return [];
      // The log is in the order of the answers, so it is complete when it contains the marker.
      markers += 1;
      const marker = `/v2/log-marker-${markers}/tags/list`;
      await (await fetch(`http://${host}${marker}`)).arrayBuffer();
      await until(() => Promise.resolve(log.includes(`"GET ${marker} `)));
      const lines = log.slice(taken);
      taken = log.length;
      return readAccessLog(lines).filter((line) => !line.path.startsWith("/v2/log-marker-"));
    },
    async close() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(host: string, storage: string, accessLog: boolean): string {
  return JSON.stringify({
    version: "0.1",
    log: { level: "error", accesslog: { disabled: !accessLog } },
    storage: { filesystem: { rootdirectory: storage, maxthreads: 100 }, delete: { enabled: true } },
    http: { addr: host },
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(host: string): Promise<boolean> {
  try {
    return (await fetch(`http://${host}/v2/`)).ok;
  } catch {
    return false;
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + TIMEOUT_MILLISECONDS;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error("timed out waiting for the registry");
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
