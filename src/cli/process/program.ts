import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join, relative, sep } from "node:path";

import type { Environment } from "../../environment.ts";
import { parseJsonObject } from "../../oci/json-object.ts";

/** How the user can start mirrorform again. */
export type Program =
  /** It runs from its sources, so that it may not be installed. */
  | { kind: "checkout" }
  /** `command` starts it in any folder, or for `isLocal` in the project that it is installed in. */
  | { kind: "installed"; command: string; isLocal?: boolean };

interface ProgramOptions {
  /** The folder of the package. */
  folder: string;
  /** Whether it runs from its sources. */
  isCheckout: boolean;
  environment: Environment;
  /** The current folder. */
  workingFolder: string;
}

const NAME = "mirrorform";

/** Finds out how mirrorform was started, so that the commands that it prints work: by its name, with npx, or with Node. */
export function findProgram({ folder, isCheckout, environment, workingFolder }: ProgramOptions): Program {
  if (isCheckout) return { kind: "checkout" };
  const bin = join(folder, "bin", "mirrorform.cjs");
  if (isOnPath(bin, environment["PATH"])) return { kind: "installed", command: NAME };
  const modules = folder.lastIndexOf(`${sep}node_modules${sep}`);
  const project = modules < 0 ? undefined : folder.slice(0, modules);
  if (project === undefined || !existsSync(join(project, "package.json")))
    return { kind: "installed", command: `node ${relative(workingFolder, bin)}` };
  const spec = npxSpec(project);
  if (spec === undefined) return { kind: "installed", command: `npx ${NAME}`, isLocal: true };
  const isName = spec === NAME || spec.startsWith(`${NAME}@`);
  return { kind: "installed", command: isName ? `npx ${spec}` : `npx --package=${spec} ${NAME}` };
}

/** Whether a shell finds the program. npm and npx add folders to PATH that the shell of the user does not have. */
function isOnPath(bin: string, path = ""): boolean {
  const folders = path.split(delimiter).filter((folder) => !folder.includes(join("node_modules", ".bin")));
  return folders.some((folder) => pathOf(join(folder, NAME)) === pathOf(bin));
}

function pathOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

/** Returns the package that npx was called with: its cache has a `package.json` that names it. Undefined without npx. */
function npxSpec(folder: string): string | undefined {
  try {
    const { _npx: npx } = parseJsonObject(readFileSync(join(folder, "package.json"))) ?? {};
    const packages: unknown = typeof npx === "object" && npx !== null && "packages" in npx ? npx.packages : undefined;
    const [spec]: unknown[] = Array.isArray(packages) ? packages : [];
    return typeof spec === "string" ? spec : undefined;
  } catch {
    return undefined;
  }
}
