import { MAX_NAME_LENGTH } from "./max-name.ts";

/** A text after the expansion of its variables. */
export interface Expansion {
  /** The expanded text. Variables without a known value stay as they are written. */
  readonly text: string;
  /** The names of variables without a known value, each once, in the order of the text. */
  readonly unresolved: readonly string[];
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and the like; `$$` is a dollar sign. */
const VARIABLE = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(:?[-+?])?)/g;

/**
 * Expands the variables of a compose file, as its specification has them ("Interpolation"). Defaults can contain
 * variables themselves.
 * @param valueOf returns the value of a variable; undefined if it is not known
 */
export function expandVariables(text: string, valueOf: (name: string) => string | undefined): Expansion {
  if (text.length > MAX_NAME_LENGTH) return { text, unresolved: [] };
  const unresolved = new Set<string>();
  return { text: expand(text, valueOf, unresolved), unresolved: [...unresolved] };
}

function expand(text: string, valueOf: (name: string) => string | undefined, unresolved: Set<string>): string {
  let result = "";
  let end = 0;
  const pattern = new RegExp(VARIABLE);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, bare, braced, operator] = match;
    result += text.slice(end, match.index);
    end = match.index + whole.length;
    if (braced === undefined) {
      result += bare === undefined ? "$" : valueOr(bare, whole);
    } else {
      const close = closingBrace(text, end);
      const argument = text.slice(end, close);
      end = close + 1;
      result += bracedValue(braced, operator, argument, text.slice(match.index, end));
    }
    pattern.lastIndex = end;
  }
  return result + text.slice(end);

  function valueOr(name: string, written: string): string {
    const value = valueOf(name);
    if (value === undefined) unresolved.add(name);
    return value ?? written;
  }

  function bracedValue(name: string, operator: string | undefined, argument: string, written: string): string {
    const value = valueOf(name);
    const isSet = value !== undefined && !(operator?.startsWith(":") === true && value === "");
    if (operator?.endsWith("-") === true) return isSet ? value : expand(argument, valueOf, unresolved);
    if (operator?.endsWith("+") === true) return isSet ? expand(argument, valueOf, unresolved) : "";
    if (isSet) return value;
    unresolved.add(name);
    return written;
  }
}

/** Returns the offset of the brace that closes an expression; the end of the text if none does. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let offset = from; offset < text.length; offset++) {
    if (text[offset] === "{" && text[offset - 1] === "$") depth++;
    if (text[offset] === "}" && --depth === 0) return offset;
  }
  return text.length;
}
