/**
 * Checks the sandbox's table of quirks against the real Docker Hub and the real Amazon ECR. For a person with an
 * AWS account; no test and no CI runs it against the real services. See --help, and
 * real-services/README.md.
 *
 * Exit codes: 0 every row checked is as the table says (or unclear); 1 a row is not, a probe failed, or something
 * could not be removed; 3 the command line is not valid.
 */
import type { Quirk } from "../src/sandbox/quirk.ts";
import { DOCKER_HUB_QUIRKS } from "../src/sandbox/docker-hub/docker-hub-quirks.ts";
import { ECR_QUIRKS } from "../src/sandbox/ecr/ecr-quirks.ts";
import { QUIRKS } from "../src/sandbox/quirks.ts";
import { DOCKER_HUB_PROBES, PULLS_NEEDED } from "./real-services/docker-hub-probes.ts";
import { openDockerHub } from "./real-services/docker-hub.ts";
import { ECR_PROBES } from "./real-services/ecr-probes.ts";
import { openRealEcr } from "./real-services/ecr.ts";
import { readOptions, USAGE, type Options } from "./real-services/options.ts";
import { isProbe, type NotChecked, type Probe } from "./real-services/probe.ts";

/** Ctrl-C ends the run after the probe under way; what was made is removed all the same. */
const interrupted = new AbortController();

if (process.argv.includes("--help")) {
  console.log(USAGE);
} else {
  const options = readOptions(process.argv.slice(2), process.env);
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    process.exitCode = 3;
  } else {
    announce(options);
    process.once("SIGINT", () => interrupted.abort());
    if (options.yes) process.exitCode = (await checkAll(options)) ? 0 : 1;
  }
}

/** Says what a run does, before it does anything. */
function announce({ yes, services, prefix, region, maxPulls, image, endpoint }: Options): void {
  console.log(yes ? "Checking:" : "This would be checked (nothing is sent without --yes):");
  const probes = { ...DOCKER_HUB_PROBES, ...ECR_PROBES };
  for (const { name, service } of QUIRKS) {
    if (!services.has(service)) continue;
    const entry = probes[name];
    console.log(`  ${name}: ${"does" in entry ? entry.does : `not checked: ${entry.notChecked}`}`);
  }
  if (services.has("docker-hub")) {
    console.log(
      `Docker Hub (${endpoint}): at most ${Math.min(maxPulls, PULLS_NEEDED)} pulls of ${image}, without an account.`,
    );
  }
  if (services.has("ecr")) {
    console.log(
      `ECR (${region ?? "no Region yet"}): makes repositories ${prefix}/<random>/…, and removes them at the end.`,
    );
  }
}

/** @returns whether all is as the table says, and nothing was left behind */
async function checkAll({ services, endpoint, image, maxPulls, region = "", prefix }: Options): Promise<boolean> {
  let good = true;
  if (services.has("docker-hub")) {
    const hub = await openDockerHub(endpoint, image, maxPulls);
    good = await checkRows(DOCKER_HUB_QUIRKS, DOCKER_HUB_PROBES, hub);
    console.log(`Docker Hub: ${hub.pulls} pulls spent.`);
  }
  if (services.has("ecr")) {
    const ecr = await openRealEcr(region, prefix);
    try {
      good = (await checkRows(ECR_QUIRKS, ECR_PROBES, ecr)) && good;
    } finally {
      const left = await ecr.removeAll();
      if (left.length > 0) good = false;
      console.log(left.length === 0 ? "ECR: everything made was removed." : `ECR: NOT REMOVED: ${left.join(", ")}`);
    }
  }
  return good;
}

async function checkRows<Name extends string, Context>(
  rows: readonly (Quirk & { name: Name })[],
  probes: Readonly<Record<Name, Probe<Context> | NotChecked>>,
  context: Context,
): Promise<boolean> {
  let good = true;
  for (const row of rows) {
    const entry = probes[row.name];
    if (!isProbe(entry)) continue;
    if (interrupted.signal.aborted) {
      console.log(`  ${row.name}: not reached, interrupted`);
      good = false;
      continue;
    }
    const line = await entry.check(context).then(
      ({ seen, evidence }) => {
        if (seen === "unclear") return `unclear (${evidence})`;
        if (seen === row.default) return `as the table says: ${seen ? "seen" : "not seen"} (${evidence})`;
        good = false;
        return `NOT AS THE TABLE SAYS: ${seen ? "seen" : "not seen"} (${evidence})`;
      },
      (error: unknown) => {
        good = false;
        return `FAILED: ${error instanceof Error ? error.message : String(error)}`;
      },
    );
    console.log(`  ${row.name}: ${line}`);
  }
  return good;
}
