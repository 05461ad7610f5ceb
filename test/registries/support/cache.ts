import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Returns the path of a file that `run.sh` installed. */
export function cached(...path: string[]): string {
  const cache = process.env["REGISTRIES_CACHE"];
  if (cache === undefined) throw new Error("run these tests with `npm run test:registries`");
  return join(cache, ...path);
}

/** Returns the path of crane, or why it is unavailable. */
export function crane(): { program: string } | { unavailable: string } {
  if (existsSync(cached("crane"))) return { program: cached("crane") };
  return { unavailable: readFileSync(cached("crane.unavailable"), "utf8").trim() };
}

/**
 * Returns the path of the conformance suite, or why the module proxy does not serve it. `CONFORMANCE_SUITE` overrides the
 * path.
 * @throws Error if the suite is missing for another reason
 */
export function conformanceSuite(): { program: string } | { unavailable: string } {
  const path = process.env["CONFORMANCE_SUITE"];
  if (path !== undefined) return { program: path };
  if (existsSync(cached("conformance"))) return { program: cached("conformance") };
  const reason = readFileSync(cached("conformance.unavailable"), "utf8").trim();
  return { unavailable: `the Go module proxy does not serve the suite: ${reason}` };
}
