import { lockedSteps } from "../../desired/lock/locked-rules.ts";
import { shownPath } from "../../desired/text/problem.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { createPullBudgets } from "../../run/pull-budgets.ts";
import type { UrisInput } from "../definitions/uris.ts";
import { openConnections, type OpenTarget } from "../../run/connections.ts";
import { createPlanSteps, type PlanSteps } from "../../run/plan-steps.ts";
import { followReading } from "../progress/follow-reading.ts";
import { createEventStream } from "../output/event-stream.ts";
import { EXIT } from "../process/exit-code.ts";
import { narrow, type Narrowed } from "../../run/narrow.ts";
import { inSlices } from "../../slices.ts";
import { plural } from "../render/text/units.ts";
import { warnOfRegions } from "../output/region-warnings.ts";
import { logRequests } from "../output/request-log.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { URI_FORMATS } from "../uris/formats.ts";
import { nameUris, type MirroredUri } from "../uris/mirrored-uri.ts";
import { loadWithLock, type FileWithLock } from "../input/load-lock.ts";

/**
 * Runs `uris`: prints the URI of each mirrored image. Sends no request to a source. Looks up only the registry of each
 * target and, with --pin, its tags.
 */
export async function uris(input: UrisInput, context: ProcessContext): Promise<number> {
  const format = formatOf(input);
  const loaded = await loadWithLock(input, context);
  if (loaded === undefined) return EXIT.invalid;
  const { file, select } = await narrow(loaded.file, input.target, input.only, context.signal);
  const images = await knownImages(loaded, select, context);
  const events = createEventStream();
  await logRequests(input, events, context);
  warnOfRegions(events, context);
  const connections = openConnections(
    file.sources,
    createPullBudgets(file.sources, context.environment),
    events.emit,
    context,
  );
  const progress = followReading(input, events, context);
  try {
    const steps = createPlanSteps(events.emit);
    const opened = await Promise.all(
      file.targets.map(async (target) => {
        return [target.name, await steps.during("targets", () => connections.openTarget(target))] as const;
      }),
    );
    const targets = new Map(opened);
    const pins = input.pin ? await readPins(images, targets, steps, context.signal) : undefined;
    progress.end();
    const naming = nameUris(images, (image) => uriOf(image, targets, pins));
    const named = await inSlices(naming, context.signal);
    context.out(format(named));
    return EXIT.done;
  } finally {
    progress.end();
    await connections.close();
  }
}

/** Returns the images that are known without a request to a source. Those of rules are known only from the lock file. */
async function knownImages(
  { file, lock }: FileWithLock,
  select: Narrowed["select"],
  { err, signal }: Pick<ProcessContext, "err" | "signal">,
): Promise<DesiredImage[]> {
  if (lock !== undefined) {
    const expanded = await select(await inSlices(lockedSteps(file.entries, lock.lines), signal));
    return expanded.flatMap(({ images }) => images);
  }
  const listed = file.entries.filter((entry) => entry.kind === "listed");
  const skipped = file.entries.length - listed.length;
  if (skipped > 0) {
    err(
      `${shownPath(file.path)}: skipped ${plural(skipped, "tag rule")}, because there is no lock file. To include the images, run mirrorform lock.\n`,
    );
  }
  const expanded = listed.map((entry) => ({ entry, images: entry.images, selected: undefined, errors: [] }));
  return (await select(expanded)).flatMap(({ images }) => images);
}

function formatOf({ json, format }: UrisInput): (uris: readonly MirroredUri[]) => string {
  if (!json) return URI_FORMATS[format ?? "table"];
  if (format === undefined || format === "json") return URI_FORMATS.json;
  throw new MirrorError(`--json and --format ${format} cannot be used together`, {
    code: "USAGE",
    side: "config",
    operation: "read the options of uris",
    hint: "omit --json",
  });
}

type Pins = ReadonlyMap<OpenTarget, ReadonlyMap<string, ReadonlyMap<string, Digest>>>;

/** Reads the current digests of the tags, with one call for each repository. */
async function readPins(
  images: readonly DesiredImage[],
  targets: ReadonlyMap<string, OpenTarget>,
  steps: PlanSteps,
  signal: AbortSignal,
): Promise<Pins> {
  const read = [...targets].map(async ([name, target]) => {
    const own = Map.groupBy(
      images.filter((image) => image.target === name),
      ({ repository }) => repository,
    );
    const tags = [...own].map(async ([repository, group]) => {
      const names = group.map(({ tag }) => tag);
      const read = () => target.readTags(repository, names, signal);
      return [repository, await steps.during("repositories", read)] as const;
    });
    return [target, new Map(await Promise.all(tags))] as const;
  });
  return new Map(await Promise.all(read));
}

function uriOf(image: DesiredImage, targets: ReadonlyMap<string, OpenTarget>, pins: Pins | undefined): string {
  const target = targets.get(image.target);
  if (target === undefined) throw new Error(`target ${image.target} is not open`);
  const { repository, tag } = image;
  const uri = target.images.uri(repository, tag);
  if (pins === undefined) return uri;
  const digest = pins.get(target)?.get(repository)?.get(tag);
  if (digest === undefined) throw notMirrored(uri);
  return `${uri.slice(0, uri.length - tag.length - 1)}@${digest}`;
}

function notMirrored(uri: string): MirrorError {
  return new MirrorError("the image is not mirrored yet", {
    code: "MANIFEST_UNKNOWN",
    side: "target",
    operation: "read tag",
    reference: uri,
    hint: "run mirrorform apply first, or omit --pin",
  });
}
