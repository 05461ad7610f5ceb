import type { DesiredImage, MirrorFile, Target } from "../../desired/mirror-file.ts";
import { knownImageSteps } from "../../desired/lock/known-images.ts";
import { inSlices } from "../../slices.ts";
import { mirroredImages, type MirroredImages } from "../../rewrite/mirrored-images.ts";
import { nameAtSource, nameAtTarget, type AtTarget } from "../../rewrite/new-name.ts";
import type { NewName } from "../../rewrite/rewrite-file.ts";
import { openConnections } from "../../run/connections.ts";
import { createPullBudgets } from "../../run/pull-budgets.ts";
import type { Scan } from "../../scan/scan-paths.ts";
import type { RewriteInput } from "../definitions/rewrite.ts";
import type { FileWithLock } from "../input/load-lock.ts";
import { createEventStream } from "../output/event-stream.ts";
import { warnOfRegions } from "../output/region-warnings.ts";
import { logRequests } from "../output/request-log.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { named, namedOffline, readTarget } from "./target-names.ts";

/** Returns the function that names each place, after reading what the target has of the images that were found. */
export async function newNames(
  input: RewriteInput,
  loaded: FileWithLock,
  target: Target,
  found: Scan,
  context: ProcessContext,
): Promise<NewName> {
  const { file, lock } = loaded;
  const known = await inSlices(knownImageSteps(file.entries, lock?.lines), context.signal);
  const images = known.filter((image) => image.target === target.name);
  const ofRule = input.undo ? () => false : ruleMatcher(loaded);
  if (input.offline) {
    return namesFrom(input, mirroredImages(namedOffline(images, target, context)), ofRule, UNKNOWN);
  }
  const events = createEventStream();
  await logRequests(input, events, context);
  warnOfRegions(events, context);
  const connections = openConnections(
    file.sources,
    createPullBudgets(file.sources, context.environment),
    events.emit,
    context,
  );
  try {
    const opened = await connections.openTarget(target);
    const mirroredHere = mirroredImages(named(images, opened));
    if (input.undo) return namesFrom(input, mirroredHere, ofRule, UNKNOWN);
    const used = new Set<DesiredImage>();
    for (const { value } of found.images) {
      const mirrored = value.kind === "image" ? mirroredHere.bySource(value.reference) : undefined;
      if (mirrored !== undefined) used.add(mirrored.image);
    }
    return namesFrom(input, mirroredHere, ofRule, await readTarget(opened, [...used], context.signal));
  } finally {
    await connections.close();
  }
}

const UNKNOWN = (): AtTarget => ({ kind: "unknown" });

type IsOfRule = (from: Parameters<NewName>[0]) => boolean;

/** Without a lock file, only the source knows the tags that a rule selects. */
function ruleMatcher({ file, lock }: { file: MirrorFile; lock: FileWithLock["lock"] }): IsOfRule {
  const rules = lock === undefined ? file.entries.filter((entry) => entry.kind === "rule") : [];
  const repositories = new Set(rules.map(({ image }) => `${image.registry}/${image.repository}`));
  return ({ registry, repository }) => repositories.has(`${registry}/${repository}`);
}

function namesFrom(
  { undo, pin }: RewriteInput,
  known: MirroredImages,
  isOfRule: IsOfRule,
  atTarget: (image: DesiredImage) => AtTarget,
): NewName {
  return (from, { edit }) => {
    const mirrored = undo ? known.byName(from) : known.bySource(from);
    if (mirrored === undefined) {
      return isOfRule(from)
        ? { reason: "a tag rule may select it; run mirrorform lock, which lists its tags" }
        : undefined;
    }
    // A name with a variable in its tag, and one whose tag has a key, keep their tag.
    if (undo) return nameAtSource(from, mirrored, edit.kind !== "whole");
    return nameAtTarget(from, mirrored, atTarget(mirrored.image), pin);
  };
}
