import { shownPath } from "../../desired/text/problem.ts";
import { changeLock, type LockChange } from "../../desired/lock/change-lock.ts";
import { lockPath } from "../../desired/lock/lock-file.ts";
import { formatLock } from "../../desired/lock/lock-text.ts";
import { lockName } from "../../desired/lock/locked-images.ts";
import { listAndSelectTags } from "../../desired/tags/list-and-select-tags.ts";
import { expandByLock, imagesToLock, rulesWithoutLine } from "../../desired/lock/locked-rules.ts";
import { STANDARD_INPUT } from "../../desired/mirror-file.ts";
import { resolveAll } from "../../desired/sources/resolve.ts";
import { MirrorError } from "../../errors.ts";
import type { Reference } from "../../oci/reference.ts";
import { createPullBudgets, type PullBudgets } from "../../run/pull-budgets.ts";
import { EVERY_IMAGE, type LockInput } from "../definitions/lock.ts";
import { openConnections, type Connections } from "../../run/connections.ts";
import { listTagsWith } from "../../run/list-source-tags.ts";
import { createPlanSteps, type PlanSteps } from "../../run/plan-steps.ts";
import { followReading } from "../progress/follow-reading.ts";
import { createEventStream } from "../output/event-stream.ts";
import { EXIT } from "../process/exit-code.ts";
import { nameMatcher } from "../../run/name-matcher.ts";
import { writeOutput } from "../output/output-file.ts";
import { outputWidth } from "../output/text-width.ts";
import { wantsColor } from "../output/wants-color.ts";
import { renderLockChange } from "../render/lock-text.ts";
import { createStyle } from "../render/text/style.ts";
import { logRequests } from "../output/request-log.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { loadWithLock, type FileWithLock } from "../input/load-lock.ts";
import { reportDifferences } from "./validate.ts";

/** Runs `lock`: writes the lock file next to the mirror file, or compares the two. Uses HEAD, so it uses no pulls. */
export async function lock(input: LockInput, context: ProcessContext): Promise<number> {
  const globs = updateGlobs(input);
  const loaded = await loadWithLock(input, context);
  if (loaded === undefined) return EXIT.invalid;
  if (loaded.file.realPath === STANDARD_INPUT) {
    throw usage(
      "a mirror file from standard input has no lock file",
      "pass the path of the mirror file with --file PATH",
    );
  }
  if (!input.check) return write(loaded, globs, input, context);
  if (loaded.lock === undefined) throw noLock(loaded.file.realPath);
  if (await reportDifferences(loaded, input, context)) return EXIT.failed;
  const { path } = loaded.lock;
  context.out(
    input.json
      ? `${JSON.stringify({ problems: [], lock: path }, null, 2)}\n`
      : `${path} matches ${shownPath(loaded.file.path)}.\n`,
  );
  return EXIT.done;
}

function updateGlobs({ update: globs, check }: LockInput): readonly string[] {
  if (globs.length > 0 && check) throw usage("--check and --update cannot be used together");
  return globs;
}

async function write(
  loaded: FileWithLock,
  globs: readonly string[],
  input: LockInput,
  context: ProcessContext,
): Promise<number> {
  const { file, lock: old } = loaded;
  const events = createEventStream();
  await logRequests(input, events, context);
  const pullBudgets = createPullBudgets(file.sources, context.environment);
  const connections = openConnections(file.sources, pullBudgets, events.emit, context);
  try {
    const steps = createPlanSteps(events.emit);
    const progress = followReading(input, events, context);
    const changing = changeOf(loaded, globs, { connections, pullBudgets, steps }, context);
    const change = await changing.finally(() => progress.end());
    const path = lockPath(file.realPath);
    const isWritten = await writeChange(path, change, old?.source);
    const { lines, ...changes } = change;
    const color = wantsColor(input.noColor, context);
    const style = createStyle({ color, width: outputWidth(context) });
    context.out(
      input.json
        ? `${JSON.stringify({ lock: path, written: isWritten, images: lines.size, ...changes }, null, 2)}\n`
        : renderLockChange(path, change, isWritten, style),
    );
    return exitCode(change);
  } finally {
    await connections.close();
  }
}

function exitCode({ failed }: LockChange): number {
  if (failed.length === 0) return EXIT.done;
  return failed.every(({ error }) => error.code === "PULL_LIMIT") ? EXIT.pullLimitReached : EXIT.failed;
}

/** Queries the sources for the tags of rules, and for the digests of new images and of those to update. */
async function changeOf(
  { file, lock: old }: FileWithLock,
  globs: readonly string[],
  { connections, pullBudgets, steps }: { connections: Connections; pullBudgets: PullBudgets; steps: PlanSteps },
  { clock, signal }: ProcessContext,
): Promise<LockChange> {
  const before = old?.lines ?? new Map<string, never>();
  const rules = file.entries.filter((entry) => entry.kind === "rule");
  const known = expandByLock(file.entries, before).flatMap(({ images }) => images.map(({ source }) => source));
  const isUpdated = updateMatcher(globs, [...known, ...rules.map(({ image }) => image)], file.path);
  const unlocked = new Set(rulesWithoutLine(file.entries, before));
  const toFollow = rules.filter((entry) => unlocked.has(entry) || isUpdated(entry.image));
  const now = await listAndSelectTags(toFollow, listTagsWith(connections, steps), clock.now(), signal);
  const { images, failed } = imagesToLock(file.entries, toFollow, now, before);
  const wanted = new Map(images.flatMap(({ source }) => named(source)));
  const toResolve = [...wanted].flatMap(([name, source]) => (!before.has(name) || isUpdated(source) ? [source] : []));
  const ended = steps.begin("images", toResolve.length);
  const source = (registry: string) => connections.source(registry);
  const resolved = await resolveAll(toResolve, source, pullBudgets.has, signal, ended);
  const change = changeLock(before, [...wanted.keys()], resolved);
  return { ...change, failed: [...failed, ...change.failed] };
}

function named(source: Reference): [string, Reference][] {
  const name = lockName(source);
  return name === undefined ? [] : [[name, source]];
}

/**
 * Returns whether `--update` moves an image.
 * @param sources images, and the images of rules without a tag
 * @throws MirrorError USAGE for a glob that matches nothing
 */
function updateMatcher(
  globs: readonly string[],
  sources: readonly Reference[],
  path: string,
): (source: Reference) => boolean {
  const matchers = globs.map((glob) => ({ glob, matches: nameMatcher(glob, "--update") }));
  if (globs.includes(EVERY_IMAGE)) return () => true;
  for (const { glob, matches } of matchers) {
    if (sources.some((source) => source.digest === undefined && matches(source))) continue;
    throw usage(
      `--update '${glob}' matches no image in ${path} that can be locked`,
      "use a glob for names such as node:22-alpine, node, or docker.io/library/node; * does not match a slash",
    );
  }
  return (source) => matchers.some(({ matches }) => matches(source));
}

/**
 * Writes the lock file if it changed. A new lock file without lines is not written: it would block every copy.
 * @returns whether the file was written
 */
async function writeChange(path: string, { lines, failed }: LockChange, old: string | undefined): Promise<boolean> {
  const text = formatLock(lines);
  if (text === old || (old === undefined && lines.size === 0 && failed.length > 0)) return false;
  await writeOutput(path, text);
  return true;
}

function noLock(mirrorFile: string): MirrorError {
  return new MirrorError(`${lockPath(mirrorFile)} does not exist`, {
    code: "LOCK_MISMATCH",
    side: "config",
    operation: "compare the lock file with",
    reference: mirrorFile,
  });
}

function usage(message: string, hint = "run mirrorform lock --help to see its options"): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read the options of lock", hint });
}
