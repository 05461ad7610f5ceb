import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS } from "../options/common-options.ts";
import { texts } from "../options/option.ts";

export const INIT = {
  name: "init",
  summary: "write a first mirror file; uses no network",
  options: { ...FILE_OPTIONS, from: texts("IMAGE", "list this image in the file; same as an IMAGE argument") },
  operands: { usage: "[IMAGE...]", most: Infinity, help: "images to list in the file (default: one example)" },
  examples: ["mirrorform init", "mirrorform init --from python:3.12-slim redis:7"],
} as const;

export type InitInput = InputOf<typeof INIT>;
