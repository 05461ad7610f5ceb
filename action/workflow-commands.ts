import { randomUUID } from "node:crypto";

import { appendOutput } from "../src/cli/output/output-file.ts";

/** Formats a warning that GitHub shows on the run. */
export function warning(message: string): string {
  return `::warning title=mirrorform::${escaped(message)}\n`;
}

/** Formats an error that GitHub shows on the run. */
export function failure(message: string): string {
  return `::error title=mirrorform::${escaped(message)}\n`;
}

/** Calls `write` with workflow commands disabled, so that GitHub treats its output as plain text. */
export async function withoutCommands<T>(out: (text: string) => void, write: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  out(`::stop-commands::${token}\n`);
  try {
    return await write();
  } finally {
    out(`\n::${token}::\n`);
  }
}

/** Sets outputs of the step. Values must be a single line. */
export async function setOutputs(file: string | undefined, outputs: Readonly<Record<string, string>>): Promise<void> {
  if (file === undefined) return;
  await appendOutput(
    file,
    Object.entries(outputs)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
