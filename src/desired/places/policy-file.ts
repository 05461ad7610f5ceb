/**
 * Reads policy files. The mirror file can come from a pull request and could name any file on the machine. So a policy
 * file must be below its folder, links are not followed, and messages never quote its content.
 */
import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { join } from "node:path";
import { conflictsIn } from "../mistakes/merge-conflict.ts";
import { linkBelow } from "../text/link-below.ts";
import { stepsBelow } from "../text/path-below.ts";
import { quote, type Diagnostic } from "../text/problem.ts";
import { decodeText, readBoundedFile } from "../text/read-bounded-file.ts";
import { readFailure, systemCodeOf } from "../../file-failure.ts";

/** Enough for the largest policy that ECR accepts (30,720 characters), with generous whitespace. */
const MAX_POLICY_FILE_BYTES = 128 * 1024;

/** Reads a policy file. @param folder the mirror file's folder */
export async function readPolicyFile(folder: string, path: string): Promise<{ value: unknown } | Diagnostic> {
  const steps = stepsBelow(path);
  if (/^\s*[{[]/.test(path)) {
    return { message: "expected the path of a policy file, found JSON", hint: FORMS };
  }
  if ("fault" in steps) {
    return {
      message: `policy file ${quote(path)} ${steps.fault}`,
      hint:
        steps.meant === undefined ? "write a relative path such as ./policies/lifecycle.json" : `write ${steps.meant}`,
    };
  }
  try {
    const base = await realpath(folder);
    return (await linkBelow(base, steps)) === undefined ? await readJson(join(base, ...steps), path) : isLink(path);
  } catch (error) {
    const message = `cannot read policy file ${quote(path)}: ${readFailure(error)}`;
    return systemCodeOf(error) === "ENOENT" ? { message, hint: MISSING_HINT } : { message };
  }
}

const FORMS = "save it as a file and write its path, or write the policy as a YAML map, without |";
const MISSING_HINT = "write its path from the mirror file's folder, such as ./policies/lifecycle.json";

function isLink(path: string): Diagnostic {
  return {
    message: `the path of policy file ${quote(path)} contains a symbolic link, which mirrorform does not follow`,
  };
}

async function readJson(absolute: string, path: string): Promise<{ value: unknown } | Diagnostic> {
  // O_NONBLOCK: do not wait for a named pipe. O_NOFOLLOW: the file may have been replaced by a link.
  const file = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) return { message: `policy file ${quote(path)} is not a regular file` };
    if ((await realpath(absolute)) !== absolute) return isLink(path);
    const bytes = await readBoundedFile(file, MAX_POLICY_FILE_BYTES);
    if (bytes === undefined) {
      return { message: `policy file ${quote(path)} is larger than ${MAX_POLICY_FILE_BYTES} bytes` };
    }
    return parseJson(decodeText(bytes), path);
  } finally {
    await file.close();
  }
}

/** Omits the message of JSON.parse, which quotes the text. */
function parseJson(text: string | undefined, path: string): { value: unknown } | Diagnostic {
  if (text !== undefined) {
    try {
      return { value: JSON.parse(text) };
    } catch {
      const [conflict] = conflictsIn({ text });
      const { message = "", hint = "" } = conflict ?? {};
      if (conflict !== undefined) return { message: `policy file ${quote(path)} has an ${message}`, hint };
    }
  }
  return { message: `policy file ${quote(path)} is not valid JSON` };
}
