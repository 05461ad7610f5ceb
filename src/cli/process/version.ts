import { readFileSync } from "node:fs";

/** Reads the version from `package.json`, which is in the parent folder of `src` in a checkout and of `dist` in the package. */
export function version(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
