/** Runs the cases and writes RESULTS.md. Started by run.sh, which installs dependencies and cleans up. */
import { countedRequests } from "./cases/counted-requests.ts";
import type { Case } from "./cases/case.ts";
import { growth } from "./cases/growth.ts";
import { hugeLayer } from "./cases/huge-layer.ts";
import { largeLayers } from "./cases/large-layers.ts";
import { manyImagesCase } from "./cases/many-images.ts";
import { nothingToDo } from "./cases/nothing-to-do.ts";
import { scale } from "./cases/scale.ts";
import { slowLink } from "./cases/slow-link.ts";
import { startUp } from "./cases/start-up.ts";
import { threeTargets } from "./cases/three-targets.ts";
import { throttled } from "./cases/throttled.ts";
import { withoutPaths } from "./harness/place.ts";
import { readOptions } from "./options.ts";
import { isPrepared, measureConditions, saveSection, writeResults } from "./results.ts";
import { BUILT, mirrorform, UNBUILT } from "./tools/mirrorform.ts";

const CASES: readonly Case[] = [
  largeLayers,
  manyImagesCase,
  nothingToDo,
  slowLink,
  hugeLayer,
  threeTargets,
  startUp,
  countedRequests,
  scale,
  growth,
  throttled,
];

// Exit normally on signals, so that the exit handler kills child processes.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code));

const options = readOptions(process.argv.slice(2));
const unknown = options.cases.filter((name) => CASES.every((each) => each.name !== name));
if (unknown.length > 0)
  throw new Error(`unknown case ${unknown.join(", ")}; cases: ${CASES.map(({ name }) => name).join(", ")}`);
if (!isPrepared()) throw new Error("the registry is not installed: see the output of run.sh above");

for (const each of CASES) {
  if (options.cases.length > 0 && !options.cases.includes(each.name)) continue;
  const say = (text: string): void => console.log(`bench: ${each.name}: ${text}`);
  say(each.title);
  const conditions = measureConditions(options.rounds);
  const { rounds, source } = options;
  try {
    const result = await each.run({ rounds, mirrorform: mirrorform(source ? UNBUILT : BUILT), say });
    saveSection(each, result, conditions);
    console.log(result.lines.join("\n"));
  } catch (error) {
    // A failed case does not stop the others. RESULTS.md contains the reason.
    const reason = withoutPaths(error instanceof Error ? error.message : String(error));
    say(`could not run: ${reason}`);
    saveSection(each, reason, conditions);
  }
  writeResults(CASES);
}
