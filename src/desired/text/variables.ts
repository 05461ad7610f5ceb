import type { Environment } from "../../environment.ts";
import { didYouMean } from "../../nearest.ts";
import { quote, type Complaint } from "./problem.ts";

const VARIABLE = /\$\{([^}]*)(\}?)/g;
const OWN = /^MIRRORFORM_VAR_[A-Z0-9_]+$/;
const AWS = ["AWS_REGION", "AWS_ACCOUNT_ID"] as const;
const ALLOWED = "the variables are ${MIRRORFORM_VAR_NAME}, ${AWS_REGION} and ${AWS_ACCOUNT_ID}";

/**
 * Puts the values of variables into a text. Only a few names are allowed: the file comes from a pull request, and
 * any other variable may be a secret. What is put in is not read again, neither as YAML nor for variables.
 */
export function expandVariables(text: string, environment: Environment): { text: string } | Complaint {
  let complaint: Complaint | undefined;
  const expanded = text.replace(VARIABLE, (written: string, name: string, end: string) => {
    const value = end === "" ? unfinished(written) : valueOf(name, environment);
    if (typeof value === "string") return value;
    complaint ??= value;
    return written;
  });
  return complaint ?? { text: expanded };
}

/** Whether a text as written has a variable. */
export function hasVariable(text: string): boolean {
  return text.includes("${");
}

function unfinished(written: string): Complaint {
  return { message: `${quote(written)} has no closing brace`, hint: ALLOWED };
}

function valueOf(name: string, environment: Environment): string | Complaint {
  if (!OWN.test(name) && !AWS.some((known) => known === name)) return unknown(name, environment);
  const value = lookUp(name, environment);
  if (value === undefined) return { message: `the variable ${name} is not set`, hint: howToSet(name) };
  if (/\p{Cc}/u.test(value)) return { message: `the value of ${name} has control characters` };
  if (hasVariable(value)) return { message: `the value of ${name} has a variable in it, which is not looked up` };
  return value;
}

function unknown(name: string, environment: Environment): Complaint {
  if (name.startsWith("aws:")) {
    return {
      message: `${quote(name)} is a variable of IAM`,
      hint: "put the policy into a JSON file: files are taken as they are",
    };
  }
  const set = Object.keys(environment).filter((key) => OWN.test(key));
  const near = didYouMean(name, [...AWS, ...set]);
  return {
    message: `the variable ${quote(name)} is not one that a mirror file may use`,
    hint: near === undefined ? ALLOWED : `${near} ${ALLOWED}`,
  };
}

/** An empty variable counts as not set: that is how CI systems pass on what is missing. */
function lookUp(name: string, environment: Environment): string | undefined {
  const own = environment[name] || undefined;
  if (name === "AWS_REGION") return own ?? (environment["AWS_DEFAULT_REGION"] || undefined);
  if (name === "AWS_ACCOUNT_ID") return own ?? codeBuildAccount(environment["CODEBUILD_BUILD_ARN"]);
  return own;
}

/** AWS CodeBuild has no variable for the account; its build's ARN has it: `arn:aws:codebuild:REGION:ACCOUNT:build/…`. */
function codeBuildAccount(arn: string | undefined): string | undefined {
  const account = arn?.split(":")[4];
  return account !== undefined && /^[0-9]{12}$/.test(account) ? account : undefined;
}

function howToSet(name: string): string {
  if (name === "AWS_REGION") return "set AWS_REGION or AWS_DEFAULT_REGION";
  if (name === "AWS_ACCOUNT_ID") return "set AWS_ACCOUNT_ID (in AWS CodeBuild it is known from the build)";
  return `set it where mirrorform runs: export ${name}=…`;
}
