import type { Tool } from "../tools/tool.ts";

/** What a case is given. */
export interface CaseOptions {
  rounds: number;
  /** mirrorform, built or from its sources. */
  mirrorform: Tool;
  /** Tells the person who waits. */
  say: (text: string) => void;
}

/** What a case found, as the Markdown of its section. */
export interface CaseResult {
  tools: readonly Tool[];
  lines: readonly string[];
}

export interface Case {
  /** As on the command line: `a`. */
  name: string;
  title: string;
  run(options: CaseOptions): Promise<CaseResult>;
}

export const MEBIBYTE = 1024 * 1024;
export const KIBIBYTE = 1024;
