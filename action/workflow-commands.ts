import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";

/** A line that GitHub shows as a warning on the run. */
export function warning(message: string): string {
  return `::warning title=mirrorform::${escaped(message)}\n`;
}

/** A line that GitHub shows as an error on the run. */
export function failure(message: string): string {
  return `::error title=mirrorform::${escaped(message)}\n`;
}

/** Prints what `write` prints as text alone: nothing in it is taken for a workflow command. */
export async function withoutCommands<T>(out: (text: string) => void, write: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  out(`::stop-commands::${token}\n`);
  try {
    return await write();
  } finally {
    out(`\n::${token}::\n`);
  }
}

/** Outputs of the step; each value is one line, made by us. */
export function setOutputs(file: string | undefined, outputs: Readonly<Record<string, string>>): void {
  if (file === undefined) return;
  appendFileSync(
    file,
    Object.entries(outputs)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
