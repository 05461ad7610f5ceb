import type { PolicyText } from "../../repository/settings.ts";
import { canonicalJson } from "../text/canonical-json.ts";
import { lifecycleComplaint } from "./check-lifecycle-policy.ts";
import { readPolicyFile } from "./policy-file.ts";
import type { Complaint } from "../text/problem.ts";

/** What distinguishes the two kinds of policies: the list they must have, and the length ECR takes, in characters. */
const KINDS = {
  lifecyclePolicy: { name: "lifecycle policy", list: "rules", most: 30_720 },
  policy: { name: "repository policy", list: "Statement", most: 10_240 },
} as const;

/** Which of ECR's two policies of a repository. */
export type PolicyKind = keyof typeof KINDS;

/** A policy written in the mirror file, already checked against the schema. */
export function inlinePolicy(kind: PolicyKind, document: object): PolicyText | Complaint {
  const complaint = kind === "lifecyclePolicy" ? lifecycleComplaint(document) : undefined;
  return complaint ?? policyText(kind, document);
}

/** Reads a policy in a file of its own; nothing of its content is repeated in a complaint. */
export type ReadPolicy = (kind: PolicyKind, path: string) => Promise<PolicyText | Complaint>;

/** A reader of policy files below a folder that reads each file once, however many entries name it. */
export function policyReader(folder: string): ReadPolicy {
  const known = new Map<string, Promise<PolicyText | Complaint>>();
  return (kind, path) => {
    const key = `${kind} ${path}`;
    const reading = known.get(key) ?? readPolicy(kind, folder, path);
    known.set(key, reading);
    return reading;
  };
}

async function readPolicy(kind: PolicyKind, folder: string, path: string): Promise<PolicyText | Complaint> {
  const read = await readPolicyFile(folder, path);
  return "message" in read ? read : policyText(kind, read.value);
}

function policyText(kind: PolicyKind, document: unknown): PolicyText | Complaint {
  const { name, list, most } = KINDS[kind];
  if (typeof document !== "object" || document === null || !hasList(document, list)) {
    return { message: `this is no ${name}: expected an object with a list "${list}"` };
  }
  const json = canonical(document);
  if (json === undefined) return { message: `this ${name} is nested too deeply` };
  if (json.length <= most) return { json };
  return { message: `this ${name} has ${json.length} characters, and ECR takes at most ${most}` };
}

/** IAM also takes a single statement that is in no list. */
function hasList(document: object, key: string): boolean {
  const value = Object.entries(document).find(([name]) => name === key)?.[1] as unknown;
  if (Array.isArray(value)) return value.length > 0;
  return key === "Statement" && typeof value === "object" && value !== null;
}

function canonical(document: object): string | undefined {
  try {
    return canonicalJson(document);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
