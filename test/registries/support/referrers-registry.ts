import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";

import { cached } from "./cache.ts";

/** A running in-memory registry of go-containerregistry with the referrers API. */
export interface ReferrersRegistry {
  /** `127.0.0.1:40123` */
  host: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Timeout for the process to start. */
const TIMEOUT_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 20;

/** Starts the registry on a free port. Picks the port in advance, because the registry does not report it. */
export async function startReferrersRegistry(): Promise<ReferrersRegistry> {
  const host = `127.0.0.1:${await freePort()}`;
  const child = spawn(cached("referrers-registry"), [host], { stdio: "ignore" });
  const ended = once(child, "close");
  const end = performance.now() + TIMEOUT_MILLISECONDS;
  while (!(await answers(host))) {
    if (child.exitCode !== null || performance.now() > end) throw new Error("the registry did not start");
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
  return {
    host,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answers(host: string): Promise<boolean> {
  try {
    return (await fetch(`http://${host}/v2/`)).ok;
  } catch {
    return false;
  }
}
