import { access } from "node:fs/promises";
import { dirname, join } from "node:path";

const SCHEMA = "node_modules/mirrorform/schema/mirrors.schema.json";

/**
 * Finds the JSON schema of a mirrorform that is installed in a folder or above it. A global installation and `npx` have
 * none that a path in the mirror file could name on every machine.
 * @returns its path relative to the folder; undefined if there is none
 */
export async function schemaNear(folder: string): Promise<string | undefined> {
  for (let from = folder, up = "./"; ; from = dirname(from), up = up === "./" ? "../" : `../${up}`) {
    const isThere = await access(join(from, SCHEMA)).then(
      () => true,
      () => false,
    );
    if (isThere) return `${up}${SCHEMA}`;
    if (dirname(from) === from) return undefined;
  }
}
