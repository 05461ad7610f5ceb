import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of what `run.sh` installed and made. */
export function cached(...path: string[]): string {
  const cache = process.env["REGISTRIES_CACHE"];
  if (cache === undefined) throw new Error("these tests run by `npm run test:registries`");
  return join(cache, ...path);
}

/** crane's program, or why there is none. */
export function crane(): { program: string } | { unavailable: string } {
  if (existsSync(cached("crane"))) return { program: cached("crane") };
  return { unavailable: readFileSync(cached("crane.unavailable"), "utf8").trim() };
}

/**
 * The conformance suite's program, or why there is none. `CONFORMANCE_SUITE` names one that is built already.
 * Absent for any other reason than the module proxy's refusal is an error.
 */
export function conformanceSuite(): { program: string } | { unavailable: string } {
  const given = process.env["CONFORMANCE_SUITE"];
  if (given !== undefined) return { program: given };
  if (existsSync(cached("conformance"))) return { program: cached("conformance") };
  const why = readFileSync(cached("conformance.unavailable"), "utf8").trim();
  return { unavailable: `the Go module proxy does not serve the suite: ${why}` };
}
