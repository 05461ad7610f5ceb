import type { PolicyText } from "../../repository/settings.ts";
import { canonicalJson } from "../text/canonical-json.ts";
import { lifecycleDiagnostic } from "./check-lifecycle-policy.ts";
import { readPolicyFile } from "./policy-file.ts";
import type { Diagnostic } from "../text/problem.ts";

/** For each kind of policy, the list that it must contain and ECR's limit in characters. */
const KINDS = {
  lifecyclePolicy: { name: "lifecycle policy", list: "rules", most: 30_720 },
  policy: { name: "repository policy", list: "Statement", most: 10_240 },
} as const;

/** One of the two policies of an ECR repository. */
export type PolicyKind = keyof typeof KINDS;

/** Reads a policy from the mirror file, already checked against the schema. */
export function inlinePolicy(kind: PolicyKind, document: object): PolicyText | Diagnostic {
  const diagnostic = kind === "lifecyclePolicy" ? lifecycleDiagnostic(document) : undefined;
  return diagnostic ?? policyText(kind, document);
}

/** Reads a policy file. Problems never quote its content. */
export type ReadPolicy = (kind: PolicyKind, path: string) => Promise<PolicyText | Diagnostic>;

/** Creates a reader of policy files below a folder. Reads each file once, even if several entries use it. */
export function policyReader(folder: string): ReadPolicy {
  const known = new Map<string, Promise<PolicyText | Diagnostic>>();
  return (kind, path) => {
    const key = `${kind} ${path}`;
    const reading = known.get(key) ?? readPolicy(kind, folder, path);
    known.set(key, reading);
    return reading;
  };
}

async function readPolicy(kind: PolicyKind, folder: string, path: string): Promise<PolicyText | Diagnostic> {
  const read = await readPolicyFile(folder, path);
  return "message" in read ? read : policyText(kind, read.value);
}

function policyText(kind: PolicyKind, document: unknown): PolicyText | Diagnostic {
  const { name, list, most } = KINDS[kind];
  if (typeof document !== "object" || document === null || !hasList(document, list)) {
    return { message: `expected a ${name}: an object with a non-empty "${list}" list` };
  }
  const json = canonical(document);
  if (json === undefined) return { message: `this ${name} is nested too deeply` };
  if (json.length <= most) return { json };
  return { message: `this ${name} has ${json.length} characters, but ECR accepts at most ${most}` };
}

/** IAM also accepts a single statement without a list. */
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
