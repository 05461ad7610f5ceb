import { styleText } from "node:util";

import { abbreviateDigest } from "../../../oci/digest.ts";

/** How text is dressed for where it goes. */
export interface Style {
  /** `+ ~ - !` rows and errors, by meaning. */
  create: (text: string) => string;
  change: (text: string) => string;
  problem: (text: string) => string;
  quiet: (text: string) => string;
  strong: (text: string) => string;
  /** In full, or with 12 hex digits on a terminal. */
  digest: (digest: string) => string;
  /** Of the terminal, in characters; undefined where lines may be as long as they are. */
  width: number | undefined;
}

type Format = Parameters<typeof styleText>[0];

export function createStyle(options: {
  color: boolean;
  abbreviateDigests: boolean;
  width?: number | undefined;
}): Style {
  const paint = (format: Format) => (text: string) =>
    options.color ? styleText(format, text, { validateStream: false }) : text;
  return {
    create: paint("green"),
    change: paint("yellow"),
    problem: paint("red"),
    quiet: paint("dim"),
    strong: paint("bold"),
    digest: options.abbreviateDigests ? abbreviateDigest : (digest) => digest,
    width: options.width,
  };
}
