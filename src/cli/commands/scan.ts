import { scanPaths } from "../../scan/scan-paths.ts";
import type { ScanInput } from "../definitions/scan.ts";
import { EXIT } from "../process/exit-code.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { scanDocument } from "../scan/scan-document.ts";
import { scanText } from "../scan/scan-text.ts";

/**
 * Runs `scan`: lists the images that files name.
 * @returns 3 if a file that was named cannot be read
 */
export async function scan(input: ScanInput, context: ProcessContext): Promise<number> {
  const paths = input.operands.length === 0 ? ["."] : input.operands;
  const { signal, standardInput = NO_INPUT } = context;
  const found = await scanPaths(paths, { signal, standardInput });
  context.out(input.json ? `${JSON.stringify(scanDocument(found), null, 2)}\n` : scanText(found));
  return found.notes.some(({ isNamed }) => isNamed) ? EXIT.invalid : EXIT.done;
}

async function* NO_INPUT(): AsyncGenerator<Uint8Array> {}
