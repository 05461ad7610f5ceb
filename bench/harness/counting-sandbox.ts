import { startAnswering } from "./answering-process.ts";

/** What a process with a sandbox tells: first how to reach it, then, for each message, what it was asked since the last one. */
export type SandboxReport = { environment: Record<string, string> } | { asked: Record<string, number> };

/** Servers of the sandbox in a process of their own, which count. */
export interface CountingSandbox {
  /** For a process that is to use it. */
  environment: Readonly<Record<string, string>>;
  /** What it was asked since the last call, by kind. */
  takeCounts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** The sandbox's ECR, with nothing in it. */
export function startBenchEcr(): Promise<CountingSandbox> {
  return start("ecr-process.ts");
}

/** Docker Hub and an ECR with much in it. @param tags as `scaleContent` takes them, and `tagsOfEach` too */
export function startScaleWorld(tags: number, tagsOfEach: number): Promise<CountingSandbox> {
  return start("scale-process.ts", [String(tags), String(tagsOfEach)]);
}

async function start(program: string, args: readonly string[] = []): Promise<CountingSandbox> {
  const { next, close } = startAnswering<"counts", SandboxReport>(program, args);
  const opened = await next();
  if (!("environment" in opened)) throw new Error("the sandbox did not start");
  return {
    environment: opened.environment,
    async takeCounts() {
      const report = await next("counts");
      return "asked" in report ? report.asked : {};
    },
    close,
  };
}
