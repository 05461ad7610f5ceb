import type { RepositorySettings } from "../../repository/settings.ts";
import type { EcrSettings } from "../../ecr/ecr-settings.ts";
import { canonicalJson } from "../text/canonical-json.ts";
import { readEndpoint } from "./read-endpoint.ts";
import type { TargetDocument } from "../generated/mirror-file-schema.ts";
import { readLayoutPath } from "./layout-path.ts";
import { below } from "../text/pointer.ts";
import type { ReadPolicy } from "./read-policy.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote, type Position } from "../text/problem.ts";
import { readSettings } from "./read-settings.ts";

/** A place that images go to. */
export type Target =
  | { name: string; kind: "ecr"; ecr: EcrSettings }
  /** `endpoint` has no path; `prefix` is put before each repository: "" or "team". */
  | { name: string; kind: "oci"; endpoint: URL; prefix: string }
  /** `path` leads from `base`, the mirror file's folder as given, to a folder of OCI image layouts, and stays below it. */
  | { name: string; kind: "layout"; base: string; path: string };

/** A target with what only checking the file needs of it. */
export interface ReadTarget {
  target: Target;
  /** The `repositories` of this target. */
  settings: RepositorySettings;
  /** Equal for targets that write to the same repositories, prefix apart. */
  place: string;
}

/**
 * Reads `targets`, in the order of the file. Those that are not sound are left out; they are reported.
 * @param folder the mirror file's own
 */
export async function readTargets(
  documents: Readonly<Record<string, TargetDocument>>,
  folder: string,
  policies: ReadPolicy,
  log: ProblemLog,
): Promise<ReadTarget[]> {
  const targets: ReadTarget[] = [];
  const first = new Map<string, string>();
  for (const [name, document] of inFileOrder(documents, log)) {
    const pointer = below("/targets", name);
    if (log.isBroken(pointer)) continue;
    const target = readTarget(name, document, pointer, { folder, log });
    const settings = await readSettings(document.repositories, below(pointer, "repositories"), policies, log);
    if (target === undefined) continue;
    const place = placeOf(target);
    const prefix = prefixOf(target);
    const whole = prefix === "" ? place : `${place}/${prefix}`;
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

function readTarget(
  name: string,
  document: TargetDocument,
  pointer: string,
  { folder, log }: { folder: string; log: ProblemLog },
): Target | undefined {
  const kind = (["layout", "oci", "ecr"] as const).find((each) => document[each] !== undefined);
  if (kind === undefined) return undefined;
  if (kind !== "ecr" && document.repositories !== undefined) {
    log.add(below(pointer, "repositories"), {
      message: `only an ecr target has settings of repositories, and this one is ${kind}`,
      at: "key",
    });
  }
  const at = below(pointer, kind);
  if (log.isTouched(at)) return undefined;
  if (document.layout !== undefined) {
    const path = readLayoutPath(document.layout, at, log);
    return path === undefined ? undefined : { name, kind: "layout", base: folder, path };
  }
  if (document.oci === undefined) return { name, kind: "ecr", ecr: { ...document.ecr } };
  const endpoint = readEndpoint(document.oci);
  if ("message" in endpoint) {
    log.add(at, endpoint);
    return undefined;
  }
  return { name, kind: "oci", endpoint: endpoint.url, prefix: endpoint.path };
}

function placeOf(target: Target): string {
  switch (target.kind) {
    case "ecr":
      return canonicalJson(target.ecr);
    case "oci":
      return target.endpoint.origin;
    case "layout":
      return "layout";
  }
}

/** What stands before each repository at a place: "" or "team". */
export function prefixOf(target: Target): string {
  switch (target.kind) {
    case "ecr":
      return "";
    case "oci":
      return target.prefix;
    case "layout":
      return target.path;
  }
}
