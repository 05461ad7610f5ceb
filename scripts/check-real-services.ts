/**
 * Checks the sandbox's quirks against the real Docker Hub and the real Amazon ECR. Run it manually with an AWS account;
 * neither tests nor CI run it against the real services. See --help and real-services/README.md.
 *
 * Exit codes: 0 all results match the quirk table or are unclear; 1 a result differs, a probe failed, or a repository
 * could not be deleted; 3 invalid command line.
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

/** Ctrl-C stops the run after the current probe. Created repositories are still deleted. */
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

/** Prints what a run will do. */
function announce({ yes, services, prefix, region, maxPulls, image, endpoint }: Options): void {
  console.log(yes ? "Checking:" : "Would check (add --yes to run):");
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
      `ECR (${region ?? "no Region set"}): creates repositories ${prefix}/<random>/…, and deletes them at the end.`,
    );
  }
}

/** @returns whether all results match the table and all repositories were deleted */
async function checkAll({ services, endpoint, image, maxPulls, region = "", prefix }: Options): Promise<boolean> {
  let isGood = true;
  if (services.has("docker-hub")) {
    const hub = await openDockerHub(endpoint, image, maxPulls);
    isGood = await checkRows(DOCKER_HUB_QUIRKS, DOCKER_HUB_PROBES, hub);
    console.log(`Docker Hub: ${hub.pulls} pulls spent.`);
  }
  if (services.has("ecr")) {
    const ecr = await openRealEcr(region, prefix);
    try {
      isGood = (await checkRows(ECR_QUIRKS, ECR_PROBES, ecr)) && isGood;
    } finally {
      const left = await ecr.removeAll();
      if (left.length > 0) isGood = false;
      console.log(
        left.length === 0 ? "ECR: deleted all created repositories." : `ECR: NOT DELETED: ${left.join(", ")}`,
      );
    }
  }
  return isGood;
}

async function checkRows<Name extends string, Context>(
  rows: readonly (Quirk & { name: Name })[],
  probes: Readonly<Record<Name, Probe<Context> | NotChecked>>,
  context: Context,
): Promise<boolean> {
  let isGood = true;
  for (const row of rows) {
    const entry = probes[row.name];
    if (!isProbe(entry)) continue;
    if (interrupted.signal.aborted) {
      console.log(`  ${row.name}: not checked: interrupted`);
      isGood = false;
      continue;
    }
    const line = await entry.check(context).then(
      ({ seen, evidence }) => {
        if (seen === "unclear") return `unclear (${evidence})`;
        if (seen === row.default) return `matches the table: ${seen ? "seen" : "not seen"} (${evidence})`;
        isGood = false;
        return `DIFFERS FROM THE TABLE: ${seen ? "seen" : "not seen"} (${evidence})`;
      },
      (error: unknown) => {
        isGood = false;
        return `FAILED: ${error instanceof Error ? error.message : String(error)}`;
      },
    );
    console.log(`  ${row.name}: ${line}`);
  }
  return isGood;
}
