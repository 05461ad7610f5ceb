import { startAnswering } from "./answering-process.ts";

/** A message of a sandbox process: first its environment, then the request counts since the last message. */
export type SandboxReport = { environment: Record<string, string> } | { counts: Record<string, number> };

/** Servers of the sandbox in a separate process that counts requests. */
export interface CountingSandbox {
  /** Environment variables for its clients. */
  environment: Readonly<Record<string, string>>;
  /** Returns the requests since the last call, by kind. */
  takeCounts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** Starts the sandbox's ECR without content. */
export function startBenchEcr(): Promise<CountingSandbox> {
  return start("ecr-process.ts");
}

/** Starts Docker Hub and ECR with the content of {@link scaleContent}, which defines the parameters. */
export function startScaleSandbox(tags: number, tagsPerRepository: number): Promise<CountingSandbox> {
  return start("scale-process.ts", [String(tags), String(tagsPerRepository)]);
}

/** Starts Docker Hub with these images, and ECR with its limit of manifest puts. Counts the puts by status. */
export function startThrottledSandbox(images: readonly string[]): Promise<CountingSandbox> {
  return start("throttled-process.ts", images);
}

async function start(program: string, args: readonly string[] = []): Promise<CountingSandbox> {
  const { next, close } = startAnswering<"counts", SandboxReport>(program, args);
  const opened = await next();
  if (!("environment" in opened)) throw new Error("the sandbox did not start");
  return {
    environment: opened.environment,
    async takeCounts() {
      const report = await next("counts");
      return "counts" in report ? report.counts : {};
    },
    close,
  };
}
