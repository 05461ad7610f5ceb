import { parseEnv } from "node:util";

/** Reads the variables of a `.env` file, as Node and Docker Compose read them. */
export function readDotEnv(text: string): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(parseEnv(text)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
