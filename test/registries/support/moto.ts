import { spawn } from "node:child_process";
import { cached } from "./cache.ts";

/** A running moto server. It keeps its state in memory. */
export interface Moto {
  /** Environment variables for an AWS SDK. */
  environment: Record<string, string>;
  url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

const RUNNING = /Running on (http:\/\/127\.0\.0\.1:\d+)/;
/** Timeout for the start, which is slow because Python loads many modules. */
const START_MILLISECONDS = 60_000;

/** Starts moto on a free port of 127.0.0.1. */
export async function startMoto(): Promise<Moto> {
  const child = spawn(cached("venv", "bin", "moto_server"), ["-H", "127.0.0.1", "-p", "0"], {
    env: { PATH: process.env["PATH"] ?? "", PYTHONUNBUFFERED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let log = "";
    const fail = (): void => reject(new Error(`moto did not start:\n${log}`));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail();
    }, START_MILLISECONDS);
    const read = (chunk: Buffer): void => {
      log += chunk.toString();
      const found = RUNNING.exec(log)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", () => {
      clearTimeout(timer);
      fail();
    });
  });
  return {
    url,
    environment: {
      AWS_ENDPOINT_URL_ECR: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL_KMS: url,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
