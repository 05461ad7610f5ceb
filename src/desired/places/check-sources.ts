import { canonicalRegistry, DOCKER_HUB } from "../../oci/reference.ts";
import { registryMeant } from "../../oci/registry-names.ts";
import { nearest } from "../../nearest.ts";
import type { PlacedEntry } from "../entries/expand-listed.ts";
import type { Entry } from "../entries/read-entry.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import type { Source } from "./sources.ts";

/**
 * Reports hosts in `sources` from which no image comes, and settings that have no effect: both would be ignored. Skips
 * the check if an image is invalid, because its registry is then unknown.
 * @param entries all entries of the file
 * @param documents the hosts as written
 */
export function checkSources(
  documents: Readonly<Record<string, unknown>> | undefined,
  sources: ReadonlyMap<string, Source>,
  entries: readonly PlacedEntry[],
  log: ProblemLog,
): void {
  if (log.containsInvalid("/sources") || entries.some(({ entry }) => registriesOf(entry).length === 0)) return;
  const images = new Set(entries.flatMap(({ entry }) => registriesOf(entry)));
  // An alternate's host in `sources` allows the use of credentials there.
  const alternates = [...images].flatMap((registry) => sources.get(registry)?.alternates ?? []);
  const used = new Set([...images, ...alternates.map(({ registry }) => registry)]);
  for (const host of Object.keys(documents ?? {})) {
    const registry = canonicalRegistry(host);
    if (used.has(registry)) {
      checkReserve(host, registry, sources.get(registry), log);
      continue;
    }
    log.add(below("/sources", host), {
      message: `no image comes from ${quote(host)}`,
      hint: unusedHint(host, used),
      at: "key",
    });
  }
}

/** All images of an entry come from one registry. Empty if the entry's image is invalid. */
function registriesOf({ images, selection }: Entry): string[] {
  return selection === undefined ? images.slice(0, 1).map(({ source }) => source.registry) : [selection.image.registry];
}

function unusedHint(host: string, used: ReadonlySet<string>): string {
  const meant = registryMeant(host) ?? nearest(host, used);
  if (meant !== undefined && used.has(meant)) return `did you mean ${quote(meant)}?`;
  const hosts = [...used].toSorted();
  const listed = hosts.length > MAX_LISTED ? `${hosts.slice(0, MAX_LISTED).join(", ")}, …` : hosts.join(", ");
  return `remove it, or write a host that images come from: ${listed}`;
}

const MAX_LISTED = 10;

/** Only Docker Hub counts pulls. */
function checkReserve(host: string, registry: string, source: Source | undefined, log: ProblemLog): void {
  if (source?.reserve === undefined || registry === DOCKER_HUB) return;
  log.add(below(below("/sources", host), "reserve"), {
    message: `"reserve" has no effect for ${quote(host)}: only Docker Hub counts pulls`,
    hint: `remove it, or write it below ${DOCKER_HUB}`,
    at: "key",
  });
}
