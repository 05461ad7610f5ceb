import { styleText } from "node:util";

/** The colours and the width of an output. */
export interface Style {
  /** Colours by meaning, for the signs of rows and for errors. */
  create: (text: string) => string;
  change: (text: string) => string;
  problem: (text: string) => string;
  quiet: (text: string) => string;
  strong: (text: string) => string;
  /** Width of a row in characters; undefined for no limit. */
  width: number | undefined;
}

type Format = Parameters<typeof styleText>[0];

export function createStyle(options: { color: boolean; width?: number | undefined }): Style {
  const paint = (format: Format) => (text: string) =>
    options.color ? styleText(format, text, { validateStream: false }) : text;
  return {
    create: paint("green"),
    change: paint("yellow"),
    problem: paint("red"),
    quiet: paint("dim"),
    strong: paint("bold"),
    width: options.width,
  };
}
