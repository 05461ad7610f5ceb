/** One challenge of a `WWW-Authenticate` header. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  scheme: string;
  /** Names in lower case. A repeated name keeps its first value. */
  parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const SPACE = /[ \t]*/y;
const COMMAS = /[ \t,]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;

/**
 * Parses the challenges of all `WWW-Authenticate` headers, each of which may have several (RFC 9110, 11.6.1).
 * Ignores the rest of a header after the first syntax error.
 */
export function parseChallenges(headers: string | string[] | undefined): Challenge[] {
  const all = headers === undefined ? [] : typeof headers === "string" ? [headers] : headers;
  return all.flatMap(parseHeader);
}

function parseHeader(text: string): Challenge[] {
  const challenges: Challenge[] = [];
  const reader = readerOf(text);
  for (;;) {
    reader.take(COMMAS);
    const scheme = reader.take(TOKEN);
    if (scheme === undefined) return challenges;
    const parameters = new Map<string, string>();
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
    if (!reader.atComma() && !readParameters(reader, parameters)) return challenges;
  }
}

/** Reads up to the next challenge. @returns false on a syntax error */
function readParameters(reader: Reader, parameters: Map<string, string>): boolean {
  for (;;) {
    const start = reader.position;
    const name = reader.take(TOKEN)?.toLowerCase();
    if (name === undefined) return reader.take(TOKEN68) !== undefined && reader.atComma();
    reader.take(SPACE);
    if (!reader.skip("=")) {
      // Without "=", this is either a token68, as in Negotiate, or the scheme of the next challenge.
      reader.position = start;
      if (parameters.size > 0) return true;
      return reader.take(TOKEN68) === undefined || reader.atComma();
    }
    reader.take(SPACE);
    const value = reader.takeQuoted() ?? reader.take(TOKEN);
    if (value === undefined) {
      // `abc=` and `abc==` are also token68.
      reader.position = start;
      return parameters.size === 0 && reader.take(TOKEN68) !== undefined && reader.atComma();
    }
    if (!parameters.has(name)) parameters.set(name, value);
    reader.take(SPACE);
    if (!reader.atComma()) return false;
    reader.take(COMMAS);
  }
}

interface Reader {
  position: number;
  take(pattern: RegExp): string | undefined;
  takeQuoted(): string | undefined;
  skip(character: string): boolean;
  /** Whether a comma or the end comes next. */
  atComma(): boolean;
}

function readerOf(text: string): Reader {
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = reader.position;
    const found = pattern.exec(text);
    if (found === null || found[0] === "") return undefined;
    reader.position = pattern.lastIndex;
    return found;
  };
  const reader: Reader = {
    position: 0,
    take: (pattern) => match(pattern)?.[0],
    takeQuoted: () => match(QUOTED)?.[1]?.replace(/\\(.)/gs, "$1"),
    skip(character) {
      if (text[reader.position] !== character) return false;
      reader.position += 1;
      return true;
    },
    atComma() {
      match(SPACE);
      return reader.position >= text.length || text[reader.position] === ",";
    },
  };
  return reader;
}
