import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { program } from "../harness/place.ts";

/** Returns why run.sh could not install a program, or undefined if it is installed. */
export function missing(name: string): string | undefined {
  if (existsSync(program(name))) return undefined;
  const reason = `${program(name)}.unavailable`;
  return existsSync(reason) ? readFileSync(reason, "utf8").trim() : "not installed";
}

/** Returns the version that a program reports, and why Debian's version is used, if it is. */
export function installedVersion(name: string, args: readonly string[]): string {
  const output = spawnSync(program(name), [...args], { encoding: "utf8" });
  const version = /v?\d+\.\d+\.\d+\S*/.exec(`${output.stdout}${output.stderr}`)?.[0] ?? "unknown";
  const reason = `${program(name)}.unavailable`;
  if (!existsSync(reason)) return version;
  return `${version}, Debian's: the Go module is not available here (${readFileSync(reason, "utf8").trim()})`;
}
