import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { systemClock, type Clock } from "../../../src/clock.ts";
import { runHere } from "../../support/in-process.ts";
import { SECRETS } from "./places.ts";

/** Commands with every file that they can write. */
const FILES = [
  ["plan", "--out", "plan.json", "--json-out", "json.json", "--markdown", "plan.md", "--summary", "summary.md"],
  ["apply", "--report", "report.json", "--events", "events.ndjson"],
];

/** Creates a clock whose sleeps return immediately and advance its time. */
export function skippingClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    monotonic: () => performance.now() + ahead,
    after: systemClock.after,
    sleep: async (milliseconds) => void (ahead += milliseconds),
  };
}

/** Lists commands with every file that they can write, `--verbose` and `--json`. */
export function everyOutput(folder: string): string[][] {
  const written = FILES.map((args) => args.map((arg) => (/\.\w+$/.test(arg) ? join(folder, arg) : arg)));
  const [plan = [], apply = []] = written;
  return [
    [...plan, "--verbose"],
    ["lock", "--json", "--verbose"],
    ["plan", "--json"],
    [...apply, "--verbose"],
    ["apply", "--json"],
  ];
}

/** Runs commands one after the other. @returns their output and their files, each with a heading */
export async function sayAll(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  commands: readonly (readonly string[])[] = everyOutput(folder),
): Promise<string> {
  const outputs: string[] = [];
  const clock = skippingClock();
  const set = { ...environment, MIRRORFORM_LOG: join(folder, "log.txt") };
  for (const args of commands) {
    const all = [...args, "--file", join(folder, "mirrors.yaml")];
    const { code, stdout, stderr } = await runHere(all, set, undefined, false, clock);
    outputs.push(`$ ${args.join(" ")} -> ${code}`, stdout, stderr);
  }
  outputs.push(await filesOf(folder));
  return outputs.join("\n");
}

/** Reads the files of a run, except those with its credentials. */
export async function filesOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /\.(?:json|md|ndjson|txt|yaml)$/.test(name));
  const files = names.map(async (name) => `# ${name}\n${await readFile(join(folder, name), "utf8")}`);
  return (await Promise.all(files)).join("\n");
}

export function assertSilent(all: string, more: readonly string[] = []): void {
  for (const secret of [...SECRETS, ...more]) {
    const at = all.toLowerCase().indexOf(secret.toLowerCase());
    assert.equal(at, -1, `${secret} is shown: ${all.slice(Math.max(0, at - 300), at + 100)}`);
  }
}
