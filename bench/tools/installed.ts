import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { program } from "../harness/place.ts";

/** Why run.sh could not install a program; undefined where it is there. */
export function missing(name: string): string | undefined {
  if (existsSync(program(name))) return undefined;
  const reason = `${program(name)}.unavailable`;
  return existsSync(reason) ? readFileSync(reason, "utf8").trim() : "not installed";
}

/** The version in what a program says of itself, and where Debian's was taken, why. */
export function installedVersion(name: string, args: readonly string[]): string {
  const said = spawnSync(program(name), [...args], { encoding: "utf8" });
  const version = /v?\d+\.\d+\.\d+\S*/.exec(`${said.stdout}${said.stderr}`)?.[0] ?? "unknown";
  const reason = `${program(name)}.unavailable`;
  if (!existsSync(reason)) return version;
  return `${version}, Debian's: the Go module is not served here (${readFileSync(reason, "utf8").trim()})`;
}
