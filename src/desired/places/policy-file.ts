/**
 * Reads policy files. The mirror file can come from a pull request and could name any file on the machine. So a policy
 * file must be below its folder, links are not followed, and messages never quote its content.
 */
import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { join } from "node:path";
import { conflictsIn } from "../text/merge-conflict.ts";
import { linkBelow } from "../text/link-below.ts";
import { stepsBelow } from "../text/path-below.ts";
import { quote, type Diagnostic } from "../text/problem.ts";
import { decodeText, readBoundedFile } from "../text/read-bounded-file.ts";
import { readFailure } from "../../file-failure.ts";

/** Enough for the largest policy that ECR accepts (30,720 characters), with generous whitespace. */
const MAX_POLICY_FILE_BYTES = 128 * 1024;

/** Reads a policy file. @param folder the mirror file's folder */
export async function readPolicyFile(folder: string, path: string): Promise<{ value: unknown } | Diagnostic> {
  const steps = stepsBelow(path);
  if (steps === undefined) {
    return {
      message: `policy file ${quote(path)} is not below the mirror file's folder`,
      hint: "write a relative path such as ./policies/lifecycle.json",
    };
  }
  try {
    const base = await realpath(folder);
    return (await linkBelow(base, steps)) === undefined ? await readJson(join(base, ...steps), path) : isLink(path);
  } catch (error) {
    return { message: `cannot read policy file ${quote(path)}: ${readFailure(error)}` };
  }
}

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
