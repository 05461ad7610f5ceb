import type { Environment } from "../../environment.ts";
import { didYouMean } from "../../nearest.ts";
import { quote, type Diagnostic } from "./problem.ts";

const VARIABLE = /\$\{([^}]*)(\}?)/g;
const OWN = /^MIRRORFORM_VAR_[A-Z0-9_]+$/;
const AWS = ["AWS_REGION", "AWS_ACCOUNT_ID"] as const;
const ALLOWED = "use ${MIRRORFORM_VAR_NAME}, ${AWS_REGION} or ${AWS_ACCOUNT_ID}";

/**
 * Expands the variables in a text. Allows only a few names: the file can come from a pull request, and any other
 * variable may be a secret. Does not parse values as YAML or expand variables in them.
 */
export function expandVariables(text: string, environment: Environment): { text: string } | Diagnostic {
  let diagnostic: Diagnostic | undefined;
  const expanded = text.replace(VARIABLE, (written: string, name: string, end: string) => {
    const value = end === "" ? unfinished(written) : valueOf(name, environment);
    if (typeof value === "string") return value;
    diagnostic ??= value;
    return written;
  });
  return diagnostic ?? { text: expanded };
}

/** Returns whether an unexpanded text contains a variable. */
export function hasVariable(text: string): boolean {
  return text.includes("${");
}

function unfinished(written: string): Diagnostic {
  return { message: `${quote(written)} has no closing brace`, hint: ALLOWED };
}

function valueOf(name: string, environment: Environment): string | Diagnostic {
  if (!OWN.test(name) && !AWS.some((known) => known === name)) return unknown(name, environment);
  const value = lookUp(name, environment);
  if (value === undefined) return { message: `variable ${name} is not set`, hint: howToSet(name) };
  if (/\p{Cc}/u.test(value)) return { message: `the value of ${name} contains control characters` };
  if (hasVariable(value)) {
    return { message: `the value of ${name} contains another variable, which mirrorform does not expand` };
  }
  return value;
}

function unknown(name: string, environment: Environment): Diagnostic {
  if (name.startsWith("aws:")) {
    return {
      message: `${quote(name)} is an IAM policy variable`,
      hint: "move the policy to a JSON file, where mirrorform does not expand variables",
    };
  }
  if (/^(?:registry|repository|namespace|name|tag)$/.test(name)) {
    return {
      message: `${quote(`\${${name}}`)} is not a variable of a mirror file`,
      hint: `write {${name}}: a placeholder in "to" has no $`,
    };
  }
  const set = Object.keys(environment).filter((key) => OWN.test(key));
  const near = didYouMean(name, [...AWS, ...set]);
  return {
    message: `variable ${quote(name)} is not allowed in a mirror file`,
    hint: near ?? ALLOWED,
  };
}

/** Treats an empty variable as unset, because CI systems pass a missing variable as an empty one. */
function lookUp(name: string, environment: Environment): string | undefined {
  const own = environment[name] || undefined;
  if (name === "AWS_REGION") return own ?? (environment["AWS_DEFAULT_REGION"] || undefined);
  if (name === "AWS_ACCOUNT_ID") return own ?? codeBuildAccount(environment["CODEBUILD_BUILD_ARN"]);
  return own;
}

/** Reads the account from a CodeBuild build ARN, `arn:aws:codebuild:REGION:ACCOUNT:build/…`: it has no own variable. */
function codeBuildAccount(arn: string | undefined): string | undefined {
  const account = arn?.split(":")[4];
  return account !== undefined && /^[0-9]{12}$/.test(account) ? account : undefined;
}

function howToSet(name: string): string {
  if (name === "AWS_REGION") return "set AWS_REGION or AWS_DEFAULT_REGION";
  if (name === "AWS_ACCOUNT_ID") return "set AWS_ACCOUNT_ID (AWS CodeBuild provides it)";
  return `set it in mirrorform's environment: export ${name}=…`;
}
