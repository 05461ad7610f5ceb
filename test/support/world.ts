import type { TestContext } from "node:test";

import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { folderWith, mirrorform, type ProcessOptions, type Ran, type RunOptions } from "./mirrorform.ts";
import { resident } from "./resident.ts";

/** A sandbox and a folder with a mirror file, to run command lines in. Both are removed after the test. */
export interface World {
  sandbox: Sandbox;
  folder: string;
  run(args: readonly string[], more?: Partial<RunOptions>): Promise<Ran>;
  /** Like `run`, but in a new process, which can be stopped. */
  start(args: readonly string[], more?: Partial<ProcessOptions>): Promise<Ran>;
  /** Runs with `--json` and returns the document. Throws if the output is not JSON. */
  json(args: readonly string[], more?: Partial<RunOptions>): Promise<{ code: number | null; document: Document }>;
}

/** The output of `--json`, as far as tests use it. */
export interface Document {
  error?: { code: string; side: string; operation: string; reference?: string; message: string; hint?: string };
  problems?: { code: string; message: string; hint?: string; position?: { line: number; column: number } }[];
  outcomes?: {
    action: { id: string; kind: string };
    result: string;
    uri?: string;
    bytes: number;
    pulls: number;
    error?: Document["error"];
    warnings?: NonNullable<Document["error"]>[];
  }[];
  images?: { source: string; target: string; uri: string; state: string }[];
  targets?: { name: string; rows: Row[]; error?: Document["error"] }[];
  plan?: { targets: NonNullable<Document["targets"]>; complete: boolean };
  pulls?: { registry: string; spent: number; reading?: { limit: number; remaining: number } }[];
  totals?: Record<string, number>;
  complete?: boolean;
}

interface Row {
  kind: string;
  reason?: string;
  tag?: string;
  error?: Document["error"];
  action?: { id: string; kind: string; digest?: string };
}

/** Starts a sandbox and creates a folder with these files. */
export async function world(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  options: SandboxOptions = {},
): Promise<World> {
  const sandbox = await startSandbox(options);
  const folder = await folderWith(files);
  context.after(async () => {
    await sandbox.close();
    await folder.remove();
  });
  const start: World["start"] = (args, more = {}) =>
    mirrorform(args, { folder: folder.path, ...more, environment: { ...sandbox.environment, ...more.environment } });
  const run: World["run"] = (args, more = {}) =>
    resident(args, { folder: folder.path, ...more, environment: { ...sandbox.environment, ...more.environment } });
  return {
    sandbox,
    folder: folder.path,
    run,
    start,
    async json(args, more) {
      const { code, stdout, stderr } = await run([...args, "--json"], more);
      try {
        return { code, document: JSON.parse(stdout) as Document };
      } catch {
        throw new Error(`not a JSON document: ${stdout}\n${stderr}`);
      }
    },
  };
}

/** Collects all errors in a document. */
export function errorsIn(document: Document): NonNullable<Document["error"]>[] {
  const targets = [...(document.targets ?? []), ...(document.plan?.targets ?? [])];
  return [
    document.error,
    ...targets.map(({ error }) => error),
    ...targets.flatMap(({ rows }) => rows.map(({ error }) => error)),
    ...(document.outcomes ?? []).map(({ error }) => error),
  ].filter((error) => error !== undefined);
}
