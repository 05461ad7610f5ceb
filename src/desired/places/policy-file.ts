/**
 * Policies in files of their own. The mirror file comes from a pull request and could name any file of the machine,
 * so: only below its own folder, no links followed, and nothing of the content in a message.
 */
import { constants } from "node:fs";
import { lstat, open, realpath } from "node:fs/promises";
import { join } from "node:path";
import { stepsBelow } from "../text/path-below.ts";
import { quote, type Complaint } from "../text/problem.ts";
import { decodeText, readBoundedFile } from "../text/read-bounded-file.ts";

/** Room for a policy of the size that ECR takes (30,720 characters) with generous white space. */
const MAX_POLICY_FILE_BYTES = 128 * 1024;

/** Reads a JSON file that the mirror file names. `folder` is the mirror file's own. */
export async function readPolicyFile(folder: string, path: string): Promise<{ value: unknown } | Complaint> {
  const steps = stepsBelow(path);
  if (steps === undefined) {
    return {
      message: `the policy file ${quote(path)} does not lie below the mirror file's folder`,
      hint: "give a path such as ./policies/lifecycle.json",
    };
  }
  try {
    const base = await realpath(folder);
    return (await linkOnTheWay(base, steps, path)) ?? (await readJson(join(base, ...steps), path));
  } catch (error) {
    return { message: `the policy file ${quote(path)} cannot be read: ${reason(error)}` };
  }
}

async function linkOnTheWay(base: string, steps: readonly string[], path: string): Promise<Complaint | undefined> {
  let reached = base;
  for (const step of steps) {
    reached = join(reached, step);
    const found = await lstat(reached);
    if (found.isSymbolicLink()) {
      return { message: `the policy file ${quote(path)} is reached over a link, which is not followed` };
    }
  }
  return undefined;
}

async function readJson(absolute: string, path: string): Promise<{ value: unknown } | Complaint> {
  // Not to wait on a named pipe; not to follow a link that was put there since.
  const file = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) return { message: `the policy file ${quote(path)} is no file` };
    if ((await realpath(absolute)) !== absolute) {
      return { message: `the policy file ${quote(path)} is reached over a link, which is not followed` };
    }
    const bytes = await readBoundedFile(file, MAX_POLICY_FILE_BYTES);
    if (bytes === undefined) {
      return { message: `the policy file ${quote(path)} has more than ${MAX_POLICY_FILE_BYTES} bytes` };
    }
    return parseJson(decodeText(bytes), path);
  } finally {
    await file.close();
  }
}

/** What JSON.parse says repeats some of the text, so that is left out. */
function parseJson(text: string | undefined, path: string): { value: unknown } | Complaint {
  if (text !== undefined) {
    try {
      return { value: JSON.parse(text) };
    } catch {
      // Told below.
    }
  }
  return { message: `the policy file ${quote(path)} is not valid JSON` };
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "it does not exist";
  if (code === "ENOTDIR") return "a part of its path is no folder";
  if (code === "EACCES" || code === "EPERM") return "access is denied";
  if (code === "ELOOP") return "it is a link";
  return typeof code === "string" ? code : "an unexpected error";
}
