import type { Complaint } from "../text/problem.ts";

/** Whether a text matches as a whole. */
export type Expression = (text: string) => boolean;

/**
 * Reads a regular expression, anchored at both ends by us, in an engine whose time is linear in the text (RE2): the file
 * comes from a pull request, and an expression must not hang the check. What would make a large program is refused by it.
 */
export async function readExpression(text: string): Promise<Expression | Complaint> {
  // Loaded here: a file without expressions does not pay for the engine.
  const { RE2JS, RE2JSException } = await import("re2js");
  try {
    const compiled = RE2JS.compile(text);
    return (whole) => compiled.testExact(whole);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return {
      message: `this is no regular expression that can be used: ${error.message.replace("error parsing regexp: ", "")}`,
      hint: TOO_LARGE.test(error.message)
        ? "RE2 refuses what would be huge, and counted repeats multiply: write + or * for most of them, count lower, or give a list of several expressions"
        : "the syntax is RE2's, without look-around and back-references",
    };
  }
}

/** What the engine says of one that would become too large a program, be it by counts or by brackets in brackets. */
const TOO_LARGE = /too large|repeat count|nests too deeply/;
