import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS, NARROWING_OPTIONS, VERBOSE } from "../options/common-options.ts";
import { choice, flag } from "../options/option.ts";

/** How `uris` can write the URIs. */
export const URI_FORMAT_NAMES = ["table", "json", "dotenv", "build-args", "bake", "tfvars"] as const;

export type UriFormatName = (typeof URI_FORMAT_NAMES)[number];

export const URIS = {
  name: "uris",
  summary: "print the URI of each mirrored image, for builds",
  options: {
    ...FILE_OPTIONS,
    json: flag("same as --format json"),
    ...NARROWING_OPTIONS,
    format: choice("FORMAT", "output format", URI_FORMAT_NAMES, "table"),
    pin: flag("print the digest that each tag has at the target now, instead of the tag"),
    verbose: VERBOSE,
  },
  examples: [
    "mirrorform uris",
    "docker build $(mirrorform uris --format build-args --only 'ruby*') .",
    "mirrorform uris --format dotenv --pin > images.env",
  ],
} as const;

export type UrisInput = InputOf<typeof URIS>;
