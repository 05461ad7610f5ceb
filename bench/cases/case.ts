import type { Tool } from "../tools/tool.ts";

/** Options of a case. */
export interface CaseOptions {
  rounds: number;
  /** mirrorform, either built or from source. */
  mirrorform: Tool;
  /** Reports progress. */
  say: (text: string) => void;
}

/** The result of a case, as Markdown for its section. */
export interface CaseResult {
  tools: readonly Tool[];
  lines: readonly string[];
}

export interface Case {
  /** The name on the command line, such as `a`. */
  name: string;
  title: string;
  run(options: CaseOptions): Promise<CaseResult>;
}

export const MEBIBYTE = 1024 * 1024;
export const KIBIBYTE = 1024;
