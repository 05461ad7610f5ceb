import { existsSync } from "node:fs";

import { assess } from "../../scan/assess.ts";
import { coverageSteps } from "../../scan/coverage.ts";
import { inSlices } from "../../slices.ts";
import { scanPaths } from "../../scan/scan-paths.ts";
import type { ScanInput } from "../definitions/scan.ts";
import { loadWithLock } from "../input/load-lock.ts";
import { DEFAULT_FILE, STANDARD_STREAM } from "../options/common-options.ts";
import { annotations, codeQuality } from "../output/annotations.ts";
import { writeOutput } from "../output/output-file.ts";
import { writeOrReport } from "../output/write-or-report.ts";
import { wantsColor } from "../output/wants-color.ts";
import { EXIT } from "../process/exit-code.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { createStyle } from "../render/text/style.ts";
import { scanDocument } from "../scan/scan-document.ts";
import { scanProblems } from "../scan/scan-problems.ts";
import { writeMissing, writtenText } from "../scan/write-missing.ts";
import { scanText } from "../scan/scan-text.ts";
import type { ScanView } from "../scan/scan-view.ts";

/**
 * Runs `scan`: lists the images that files name, and whether the mirror file has them.
 * @returns 1 if --check finds an image that is not mirrored, 3 if a file that was named cannot be read
 */
export async function scan(input: ScanInput, context: ProcessContext): Promise<number> {
  const { file, check, strict, json, codeQuality: reportFile, operands } = input;
  const { signal, standardInput = NO_INPUT, environment, out, commands = context } = context;
  const mirrors = await mirrorFileOf(input, context);
  if (mirrors === undefined) return EXIT.invalid;
  const paths = operands.length === 0 ? ["."] : operands;
  const found = await scanPaths(paths, { signal, standardInput });
  const images =
    mirrors === "none"
      ? assess(found.images, () => ({ kind: "missing", missing: "repository" }), [])
      : assess(
          found.images,
          await inSlices(coverageSteps(mirrors.file, mirrors.lock), signal),
          mirrors.file.scanIgnore,
        );
  const view: ScanView = { ...found, images, isCompared: mirrors !== "none", isCheck: check, isWritten: input.write };
  const isBroken = found.notes.some(({ isNamed }) => isNamed);
  // What could not be read may name images, too.
  const written =
    input.write && !isBroken ? await writeMissing(images, mirrors, file ?? DEFAULT_FILE, context) : undefined;
  const problems = scanProblems(view, strict);
  const style = createStyle({ color: wantsColor(input.noColor, context) });
  out(json ? `${JSON.stringify(scanDocument(view, written), null, 2)}\n` : scanText(view, style));
  if (written !== undefined && !json) out(writtenText(written));
  if (check && !json) commands.out(annotations(problems, environment));
  const isReported =
    reportFile === undefined ||
    (await writeOrReport(() => writeOutput(reportFile, codeQuality(problems)), style, context));
  if (isBroken) return EXIT.invalid;
  return (check && problems.length > 0) || !isReported ? EXIT.failed : EXIT.done;
}

async function* NO_INPUT(): AsyncGenerator<Uint8Array> {}

/** Returns the mirror file; "none" if none was named and the default one does not exist; undefined if it is not valid. */
async function mirrorFileOf({ file, check, write, json }: ScanInput, context: ProcessContext) {
  const path = file ?? DEFAULT_FILE;
  const mayBeMissing = file === undefined ? !check || write : write;
  if (mayBeMissing && path !== STANDARD_STREAM && !existsSync(path)) return "none";
  return loadWithLock({ file: path, json }, context);
}
