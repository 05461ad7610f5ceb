import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS } from "../options/common-options.ts";
import { texts } from "../options/option.ts";

export const INIT = {
  name: "init",
  summary: "write a first mirror file; uses no network",
  options: { ...FILE_OPTIONS, from: texts("IMAGE", "start with this image; more can follow it") },
  operands: { usage: "[IMAGE...]", most: Infinity, help: "more images to start with" },
  examples: ["mirrorform init", "mirrorform init --from python:3.12-slim redis:7"],
} as const;

export type InitInput = InputOf<typeof INIT>;
