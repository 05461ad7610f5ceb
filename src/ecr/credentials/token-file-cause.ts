import { accessSync, constants } from "node:fs";
import { plainText } from "../../plain-text.ts";

/** Why there are no AWS credentials, in one sentence, and what to do. Contains no setting that may be a secret. */
export interface Cause {
  message: string;
  hint: string;
}

/** Finds out why a web identity token cannot be read. Undefined if it can. */
export function tokenFileCause(path: string, where: string): Cause | undefined {
  const reason = unreadable(path);
  if (reason === undefined) return undefined;
  return {
    message: `the web identity token file ${plainText(path)} (${where}) ${reason}`,
    hint: `check ${where}, and that the job has a token: an ID token in CI, or a service account in Kubernetes`,
  };
}

function unreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return isMissing ? "does not exist" : "cannot be read";
  }
}
