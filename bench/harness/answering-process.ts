import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { end, track } from "./children.ts";
import { WORK } from "./place.ts";

/** A program of the harness in a separate process, which answers each message. */
export interface AnsweringProcess<Message extends string | object, Report> {
  /** Sends a message, if given, and returns the next answer. @throws Error if the process ends */
  next(message?: Message): Promise<Report>;
  close(): Promise<void>;
}

/** @param name a file in this folder */
export function startAnswering<Message extends string | object, Report>(
  name: string,
  args: readonly string[] = [],
): AnsweringProcess<Message, Report> {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, {
    env: { BENCH_WORK: WORK },
    execArgv: [],
  });
  track(child);
  return {
    next: (message) =>
      new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error(`${name} ended`));
        child.once("exit", onExit);
        child.once("message", (report) => {
          child.off("exit", onExit);
          resolve(report as Report);
        });
        if (message !== undefined) child.send(message);
      }),
    close: () => end(child),
  };
}
