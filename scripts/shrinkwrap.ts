/**
 * Writes `npm-shrinkwrap.json` for the package: `package-lock.json` without what only contributors need. With it, an
 * installation gets the dependencies that were tested, with their checksums. `--remove` removes it after packing, because
 * npm would install it in the checkout instead of the lock.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Lock {
  packages: Record<string, { dev?: boolean; devDependencies?: unknown }>;
}

const ROOT = new URL("../", import.meta.url);
const SHRINKWRAP = new URL("npm-shrinkwrap.json", ROOT);

/** Returns the lock of an installation without development dependencies. */
export function shrinkwrapOf(lock: Lock): Lock {
  const packages = Object.entries(lock.packages).flatMap(([path, entry]) => {
    if (entry.dev === true) return [];
    const { devDependencies: _devDependencies, ...rest } = entry;
    return [[path, rest] as const];
  });
  return { ...lock, packages: Object.fromEntries(packages) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--remove")) rmSync(SHRINKWRAP, { force: true });
  else {
    const lock = JSON.parse(readFileSync(new URL("package-lock.json", ROOT), "utf8")) as Lock;
    writeFileSync(SHRINKWRAP, `${JSON.stringify(shrinkwrapOf(lock), null, 2)}\n`);
  }
}
