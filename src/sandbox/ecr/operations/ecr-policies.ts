import { AwsError, invalidParameter } from "../ecr-error.ts";
import { text } from "../ecr-input.ts";
import { findRepository, seconds } from "../ecr-state.ts";
import type { EcrCall, Operation } from "../ecr-state.ts";
import { isJsonObject, readJsonObject } from "../../http/json-body.ts";

/** Operations on lifecycle policies and repository policies. */
export const policyOperations: Readonly<Record<string, Operation>> = {
  PutLifecyclePolicy: (call) => {
    const lifecyclePolicyText = text(call.input, "lifecyclePolicyText");
    checkLifecyclePolicy(lifecyclePolicyText);
    found(call).record.lifecyclePolicy = lifecyclePolicyText;
    return { ...place(call), lifecyclePolicyText };
  },
  GetLifecyclePolicy: (call) => lifecyclePolicy(call),
  DeleteLifecyclePolicy: (call) => {
    const answer = lifecyclePolicy(call);
    found(call).record.lifecyclePolicy = undefined;
    return answer;
  },
  SetRepositoryPolicy: (call) => {
    const policyText = text(call.input, "policyText");
    if (readJsonObject(policyText) === undefined)
      throw invalidParameter("PolicyText", "Invalid repository policy provided");
    found(call).record.policy = policyText;
    return { ...place(call), policyText };
  },
  GetRepositoryPolicy: (call) => repositoryPolicy(call),
  DeleteRepositoryPolicy: (call) => {
    const answer = repositoryPolicy(call);
    found(call).record.policy = undefined;
    return answer;
  },
};

/** ECR user guide, "Amazon ECR service quotas". */
const MAX_LIFECYCLE_RULES = 50;

function lifecyclePolicy(call: EcrCall): object {
  const { lifecyclePolicy: policy } = found(call).record;
  if (policy === undefined) throw new AwsError("LifecyclePolicyNotFoundException", `Lifecycle policy ${absent(call)}`);
  return {
    ...place(call),
    lifecyclePolicyText: policy,
    lastEvaluatedAt: seconds(call.rules.clock()),
  };
}

function repositoryPolicy(call: EcrCall): object {
  const { policy } = found(call).record;
  if (policy === undefined)
    throw new AwsError("RepositoryPolicyNotFoundException", `Repository policy ${absent(call)}`);
  const isRewritten = call.rules.isOn("ecr-policy-in-other-words");
  return { ...place(call), policyText: isRewritten ? normalized(policy) : policy };
}

/** Rewrites a policy into the equivalent form that IAM returns. */
function normalized(policy: string): string {
  return JSON.stringify(
    JSON.parse(policy),
    (key, value: unknown) => (key === "AWS" ? principal(value) : single(value)),
    2,
  );
}

function principal(value: unknown): unknown {
  if (Array.isArray(value)) return single(value.map(principal));
  return typeof value === "string" && /^\d{12}$/.test(value) ? `arn:aws:iam::${value}:root` : value;
}

function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 && typeof value[0] === "string" ? value[0] : value;
}

function checkLifecyclePolicy(policy: string): void {
  const rules = readJsonObject(policy)?.["rules"];
  const isValid =
    Array.isArray(rules) && rules.length > 0 && rules.length <= MAX_LIFECYCLE_RULES && rules.every(isRule);
  if (!isValid) throw invalidParameter("LifecyclePolicyText", "Lifecycle policy validation failure");
}

function isRule(rule: unknown): boolean {
  if (!isJsonObject(rule)) return false;
  const { rulePriority, selection, action } = rule;
  return Number.isInteger(rulePriority) && isJsonObject(selection) && isJsonObject(action);
}

function found(call: EcrCall) {
  return findRepository(call.region, text(call.input, "repositoryName"));
}

function place(call: EcrCall): object {
  return { registryId: call.region.account, repositoryName: text(call.input, "repositoryName") };
}

function absent(call: EcrCall): string {
  const name = text(call.input, "repositoryName");
  return `does not exist for the repository with name '${name}' in the registry with id '${call.region.account}'`;
}
