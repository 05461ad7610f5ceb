import type { Diagnostic } from "../text/problem.ts";

/** Returns whether an expression matches the whole text. */
export type Expression = (text: string) => boolean;

/**
 * Compiles a regular expression that must match a whole text. Uses RE2, which runs in linear time and rejects large
 * expressions: the file can come from a pull request, and an expression must not hang the check.
 */
export async function readExpression(text: string): Promise<Expression | Diagnostic> {
  // Loaded on demand, because most files have no expressions.
  const { RE2JS, RE2JSException } = await import("re2js");
  try {
    const compiled = RE2JS.compile(text);
    return (whole) => compiled.testExact(whole);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return {
      message: `invalid regular expression: ${error.message.replace("error parsing regexp: ", "")}`,
      hint: TOO_LARGE.test(error.message)
        ? "use + or * instead of counted repeats, lower the counts, or write a list of expressions; RE2 limits the size of an expression, and nested counts multiply"
        : "use RE2 syntax, which has no lookaround and no backreferences",
    };
  }
}

/** The engine's errors for an expression that is too large or nested too deeply. */
const TOO_LARGE = /too large|repeat count|nests too deeply/;
