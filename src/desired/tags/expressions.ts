import { quote, type Diagnostic } from "../text/problem.ts";

/** Returns whether an expression matches the whole text. */
export type Expression = (text: string) => boolean;

/**
 * Compiles a regular expression that must match a whole text.
 * @returns undefined if the problem has been reported for another expression
 */
export type ReadExpression = (text: string) => Promise<Expression | Diagnostic | undefined>;

/** The largest total size of all programs of a mirror file, in instructions. One takes about 250 bytes. */
const MAX_TOTAL_SIZE = 250_000;

/**
 * Creates a reader for the expressions of one mirror file. Compiles equal expressions once, and stops compiling when the
 * programs are too large together: the file can come from a pull request, and must not exhaust memory. Uses RE2, which
 * runs in linear time and limits the size of each expression.
 * @param limit the largest total size, in instructions
 */
export function expressionReader(limit = MAX_TOTAL_SIZE): ReadExpression {
  const known = new Map<string, Promise<Expression | Diagnostic>>();
  const excess = tooLarge(limit);
  let size = 0;
  let isReported = false;
  return async (text) => {
    const reading = known.get(text) ?? compile(text);
    known.set(text, reading);
    const read = await reading;
    if (read !== excess) return read;
    if (isReported) return undefined;
    isReported = true;
    return read;
  };

  async function compile(text: string): Promise<Expression | Diagnostic> {
    if (size > limit) return excess;
    const bare = /^\/(.*)\/[a-z]*$/.exec(text)?.[1];
    if (bare !== undefined) {
      const message = `${quote(text)} matches no tag, because a tag has no "/"`;
      return { message, hint: `write it without slashes: ${bare}` };
    }
    // Loaded on demand, because most files have no expressions.
    const { RE2JS, RE2JSException } = await import("re2js");
    try {
      const compiled = RE2JS.compile(text);
      size += compiled.programSize();
      return size > limit ? excess : (whole) => compiled.testExact(whole);
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      return {
        message: `invalid regular expression: ${error.message.replace("error parsing regexp: ", "")}`,
        hint: TOO_LARGE.test(error.message) ? `${SMALLER}; RE2 limits the size of an expression, ${NESTED}` : SYNTAX,
      };
    }
  }
}

const SMALLER = "use + or * instead of counted repeats, lower the counts, or write a list of expressions";
const NESTED = "and nested counts multiply";
const SYNTAX = "use RE2 syntax, which has no lookaround and no backreferences";

/** The engine's errors for an expression that is too large or nested too deeply. */
const TOO_LARGE = /too large|repeat count|nests too deeply/;

function tooLarge(limit: number): Diagnostic {
  return {
    message: `the regular expressions of this file up to this one compile to more than ${limit} instructions`,
    hint: `use + or * instead of counted repeats, or lower the counts: an expression counts once, however often it occurs, ${NESTED}`,
  };
}
