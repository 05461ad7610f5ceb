import type { RepositorySettings } from "../../repository/settings.ts";
import { checkHost, warnOfRegion } from "./check-host.ts";
import { readEndpoint } from "./read-endpoint.ts";
import type { TargetDocument } from "../generated/mirror-file-schema.ts";
import { readLayoutPath } from "./layout-path.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote, type Position } from "../text/problem.ts";
import { readSettings, type SettingsReaders } from "./read-settings.ts";
import { keepsRepositories, placeOf, prefixOf, TARGET_KINDS, type Target } from "./target.ts";

/** A target, with the data that only the checks of the mirror file need. */
export interface ReadTarget {
  target: Target;
  /** The `repositories` of this target. */
  settings: RepositorySettings;
  /** Equal for targets in the same registry, whatever their prefix. */
  place: string;
}

/**
 * Reads `targets`, in file order. Reports and skips invalid ones.
 * @param folder the mirror file's folder
 */
export async function readTargets(
  documents: Readonly<Record<string, TargetDocument>>,
  folder: string,
  readers: SettingsReaders,
  log: ProblemLog,
): Promise<ReadTarget[]> {
  const targets: ReadTarget[] = [];
  const first = new Map<string, string>();
  for (const [name, document] of inFileOrder(documents, log)) {
    const pointer = below("/targets", name);
    if (log.isInvalid(pointer)) continue;
    const target = readTarget(name, document, pointer, { folder, log });
    const settings = await readSettings(document.repositories, below(pointer, "repositories"), readers, log);
    if (target === undefined) continue;
    const place = placeOf(target);
    const prefix = prefixOf(target);
    const whole = prefix === "" ? place : `${place}/${prefix}`;
    const same = first.get(whole);
    if (same !== undefined) {
      const { line } = log.positionOf(below("/targets", same), "key");
      log.add(pointer, {
        message: `${quote(name)} is the same target as ${quote(same)} on line ${line}`,
        hint: "remove one of them",
        at: "key",
      });
      continue;
    }
    first.set(whole, name);
    targets.push({ target, settings, place });
  }
  return targets;
}

/** Restores file order, which is the order of rows in a plan: JavaScript moves numeric keys to the front. */
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
  const kind = TARGET_KINDS.find((each) => document[each] !== undefined);
  if (kind === undefined) return undefined;
  if (!keepsRepositories({ kind }) && document.repositories !== undefined) {
    log.add(below(pointer, "repositories"), {
      message: `"repositories" is not allowed in a target of kind ${quote(kind)}, which keeps no repository settings`,
      hint: 'remove "repositories"',
      at: "key",
    });
  }
  const at = below(pointer, kind);
  if (log.containsInvalid(at)) return undefined;
  switch (kind) {
    case "ecr":
      warnOfRegion(document.ecr?.region, below(at, "region"), log);
      return { name, kind, ecr: { ...document.ecr } };
    case "layout": {
      const path = readLayoutPath(document.layout ?? "", at, log);
      return path === undefined ? undefined : { name, kind, base: folder, path };
    }
    case "oci": {
      const endpoint = readEndpoint(document.oci ?? "");
      if ("message" in endpoint) {
        log.add(at, endpoint);
        return undefined;
      }
      if (!checkHost(endpoint.url.host, at, log)) return undefined;
      return { name, kind, endpoint: endpoint.url, prefix: endpoint.path };
    }
  }
}
