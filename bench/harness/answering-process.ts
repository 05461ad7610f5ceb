import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { end, track } from "./children.ts";
import { WORK } from "./place.ts";

/** A program of the harness in a process of its own, which answers each message with one. */
export interface AnsweringProcess<Message extends string | object, Report> {
  /** The next it says, after a message if there is one. @throws when the process ends instead */
  next(message?: Message): Promise<Report>;
  close(): Promise<void>;
}

/** @param name of a file in this folder */
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
        const ended = (): void => reject(new Error(`${name} ended`));
        child.once("exit", ended);
        child.once("message", (report) => {
          child.off("exit", ended);
          resolve(report as Report);
        });
        if (message !== undefined) child.send(message);
      }),
    close: () => end(child),
  };
}
