import { shownPath } from "../../desired/text/problem.ts";
import type { EcrSettings } from "../../ecr/ecr-settings.ts";
import { resolveRegion } from "../../ecr/endpoints/region.ts";
import { MirrorError } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
import type { IamInput } from "../definitions/iam.ts";
import { EXIT } from "../process/exit-code.ts";
import type { RoleName } from "../iam/calls.ts";
import { isAccount, placeOf, type Place } from "../iam/place.ts";
import { policiesOf, type RolePolicy } from "../iam/policies.ts";
import { narrow } from "../../run/narrow.ts";
import { inSlices } from "../../slices.ts";
import { sourceNeeds } from "../iam/source-needs.ts";
import { regionWarning } from "../output/region-warnings.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { loadMirrorFile } from "../input/load-mirror-file.ts";

const ROLES: readonly RoleName[] = ["plan", "apply"];

/** Runs `iam`: prints the least policies that plan and apply of this mirror file need. Uses no network. */
export async function iam(input: IamInput, context: ProcessContext): Promise<number> {
  const { role, region } = input;
  const roles = role === undefined ? ROLES : [role];
  const account = accountOf(input.account);
  const file = await loadMirrorFile(input, context);
  if (file === undefined) return EXIT.invalid;
  const narrowed = await narrow(file, input.target, [], context.signal);
  const wanted = new Set(narrowed.file.targets.map(({ name }) => name));
  const places = new Map<string, Place>();
  /** Regions that are not in the mirror file, which has its own warnings. */
  const unwritten = new Set<string>();
  for (const target of file.targets) {
    if (target.kind !== "ecr") continue;
    const found = regionOf(target.ecr, region, context);
    places.set(target.name, placeOf(target.ecr, found, account, context.environment));
    if (found !== undefined && target.ecr.region === undefined) unwritten.add(found);
  }
  for (const found of unwritten) context.err(regionWarning(found));
  const runs = placeOf({}, region, account, context.environment).account;
  const sources = await inSlices(sourceNeeds(file), context.signal);
  const all = await inSlices(policiesOf(file, places, roles, runs, sources), context.signal);
  const policies = all.filter(({ targets }) => targets.some((name) => wanted.has(name)));
  if (policies.length === 0)
    throw usage(`${shownPath(file.path)} has no image that goes to an ecr target or comes from an ECR`);
  if (input.json) {
    context.out(`${JSON.stringify({ policies }, null, 2)}\n`);
    return EXIT.done;
  }
  context.out(role === undefined ? textOfAll(policies) : theOnly(policies));
  const notes = new Set(policies.flatMap((policy) => policy.notes));
  for (const note of notes) context.err(`Note: ${terminalText(note)}.\n`);
  return EXIT.done;
}

/** Formats each policy under a heading with its role and targets. */
function textOfAll(policies: readonly RolePolicy[]): string {
  const texts = policies.flatMap(({ role, principal, account, targets, documents }) =>
    documents.map((document, i) => {
      const part = documents.length === 1 ? "" : `, part ${i + 1} of ${documents.length}`;
      const about = `${role}: ${principal}, account ${account} (${targets.join(", ")})${part}`;
      return `# ${terminalText(about)}\n${JSON.stringify(document, null, 2)}\n`;
    }),
  );
  return texts.join("\n");
}

/** Formats a single policy document, for AWS. */
function theOnly(policies: readonly RolePolicy[]): string {
  const documents = policies.flatMap((policy) => policy.documents);
  const [only] = documents;
  if (documents.length === 1 && only !== undefined) return `${JSON.stringify(only, null, 2)}\n`;
  if (policies.length === 1) {
    throw usage(
      `the policy is too long for one document and is split into ${documents.length}`,
      "use --json to get all documents",
    );
  }
  const names = policies.map(({ principal, targets }) => `${principal} (${targets.join(", ")})`);
  throw usage(
    `the targets use different identities: ${names.join(" and ")}`,
    "select one with --target, or use --json to get all documents",
  );
}

function accountOf(account: string | undefined): string | undefined {
  if (account === undefined || isAccount(account)) return account;
  throw usage(`"${account}" is not an AWS account ID`, "use the 12 digits of an account ID");
}

/** Finds the Region as a run would; undefined if a run would find none. */
function regionOf(
  settings: EcrSettings,
  given: string | undefined,
  { environment }: ProcessContext,
): string | undefined {
  const region = settings.region ?? given;
  try {
    return resolveRegion({ ...settings, ...(region === undefined ? {} : { region }) }, environment);
  } catch (error) {
    if (error instanceof MirrorError && error.code === "NO_REGION" && region === undefined) return undefined;
    throw error;
  }
}

function usage(message: string, hint = "run mirrorform iam --help to see its options"): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "generate IAM policies", hint });
}
