import { lstat, readlink, stat } from "node:fs/promises";

import { systemCodeOf } from "../../file-failure.ts";
import { quote, type Diagnostic } from "./problem.ts";

/** Says where a symbolic link leads, if that is no file. Undefined for anything but such a link. */
export async function brokenLink(path: string): Promise<Diagnostic | undefined> {
  try {
    if (!(await lstat(path)).isSymbolicLink()) return undefined;
    await stat(path);
    return undefined;
  } catch (error) {
    const target = await readlink(path).catch(() => undefined);
    if (target === undefined) return undefined;
    const begin = `this symbolic link leads to ${quote(target)}`;
    switch (systemCodeOf(error)) {
      case "ENOENT":
      case "ENOTDIR":
        return { message: `${begin}, which does not exist`, hint: "create that file, or replace the link" };
      case "ELOOP":
        return { message: `${begin}, and from there back to itself`, hint: "replace the link with a file" };
      default:
        return undefined;
    }
  }
}
