import type { EcrSettings, RepositorySettings } from "../ecr/settings.ts";
import { canonicalJson } from "./canonical-json.ts";
import { readEndpoint } from "./endpoint.ts";
import type { TargetDocument } from "./generated/mirror-file-schema.ts";
import { below } from "./pointer.ts";
import type { ReadPolicy } from "./policy.ts";
import type { ProblemLog } from "./problem-log.ts";
import { quote, type Position } from "./problem.ts";
import { readSettings } from "./settings.ts";

/** A place that images go to. */
export type Target =
  | { name: string; kind: "ecr"; ecr: EcrSettings }
  /** `endpoint` has no path; `prefix` is put before each repository: "" or "team". */
  | { name: string; kind: "oci"; endpoint: URL; prefix: string };

/** A target with what only checking the file needs of it. */
export interface ReadTarget {
  target: Target;
  /** The `repositories` of this target. */
  settings: RepositorySettings;
  /** Equal for targets that write to the same repositories, prefix apart. */
  place: string;
}

/** Reads `targets`, in the order of the file. Those that are not sound are left out; they are reported. */
export async function readTargets(
  documents: Readonly<Record<string, TargetDocument>>,
  policies: ReadPolicy,
  log: ProblemLog,
): Promise<ReadTarget[]> {
  const targets: ReadTarget[] = [];
  const first = new Map<string, string>();
  for (const [name, document] of inFileOrder(documents, log)) {
    const pointer = below("/targets", name);
    if (log.isBroken(pointer)) continue;
    const target = readTarget(name, document, pointer, log);
    const settings = await readSettings(document.repositories, below(pointer, "repositories"), policies, log);
    if (target === undefined) continue;
    const place = placeOf(target);
    const whole = target.kind === "oci" ? `${place}/${target.prefix}` : place;
    const same = first.get(whole);
    if (same !== undefined) {
      const { line } = log.positionOf(below("/targets", same), "key");
      log.add(pointer, { message: `${quote(name)} is the same target as ${quote(same)} in line ${line}`, at: "key" });
      continue;
    }
    first.set(whole, name);
    targets.push({ target, settings, place });
  }
  return targets;
}

/** JavaScript puts keys that are numbers first; the order of the file is the order of the rows in a plan. */
function inFileOrder(documents: Readonly<Record<string, TargetDocument>>, log: ProblemLog): [string, TargetDocument][] {
  const position = (name: string): Position => log.positionOf(below("/targets", name), "key");
  return Object.entries(documents).toSorted(([a], [b]) => {
    const [left, right] = [position(a), position(b)];
    return left.line - right.line || left.column - right.column;
  });
}

function readTarget(name: string, document: TargetDocument, pointer: string, log: ProblemLog): Target | undefined {
  if (document.oci === undefined) {
    const usable = document.ecr !== undefined && !log.isTouched(below(pointer, "ecr"));
    return usable ? { name, kind: "ecr", ecr: { ...document.ecr } } : undefined;
  }
  if (document.repositories !== undefined) {
    log.add(below(pointer, "repositories"), {
      message: "only an ecr target has settings of repositories, and this one is oci",
      at: "key",
    });
  }
  const at = below(pointer, "oci");
  if (log.isTouched(at)) return undefined;
  const endpoint = readEndpoint(document.oci);
  if ("message" in endpoint) {
    log.add(at, endpoint);
    return undefined;
  }
  return { name, kind: "oci", endpoint: endpoint.url, prefix: endpoint.path };
}

function placeOf(target: Target): string {
  return target.kind === "oci" ? target.endpoint.origin : canonicalJson(target.ecr);
}
