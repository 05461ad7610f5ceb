import { readFileSync } from "node:fs";

/** The version of the package: its `package.json` stands above `src` in a checkout and above `dist` when installed. */
export function version(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
