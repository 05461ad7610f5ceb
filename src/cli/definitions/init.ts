import type { InputOf } from "../options/command.ts";
import { DEFAULT_FILE, FILE_OPTIONS } from "../options/common-options.ts";
import { texts, textWithDefault } from "../options/option.ts";

export const INIT = {
  name: "init",
  summary: "write a first mirror file; uses no network",
  options: {
    ...FILE_OPTIONS,
    file: textWithDefault("FILE", "file to write; - for standard output", DEFAULT_FILE, { short: "f" }),
    from: texts("IMAGE", "list this image in the file; same as an IMAGE argument"),
  },
  operands: { usage: "[IMAGE...]", most: Infinity, help: "images to list in the file (default: one example)" },
  examples: ["mirrorform init", "mirrorform init --from python:3.12-slim redis:7"],
} as const;

export type InitInput = InputOf<typeof INIT>;
