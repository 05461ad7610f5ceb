/**
 * Finds a key that an object has twice, at any depth and in any escaped form, in linear time. `JSON.parse` keeps the
 * last value without notice, and some parsers keep the first.
 * @param json a valid JSON text; anything else gives an arbitrary result
 */
export function repeatedKey(json: string): string | undefined {
  /** The keys so far of each open object; undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let isKeyNext = false;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case "{":
        open.push(new Set());
        isKeyNext = true;
        break;
      case "[":
        open.push(undefined);
        isKeyNext = false;
        break;
      case "}":
      case "]":
        open.pop();
        isKeyNext = false;
        break;
      case ",":
        isKeyNext = open.at(-1) !== undefined;
        break;
      case '"': {
        const end = endOfString(json, at);
        const keys = isKeyNext ? open.at(-1) : undefined;
        if (keys !== undefined) {
          const key = JSON.parse(json.slice(at, end)) as string;
          if (keys.has(key)) return key;
          keys.add(key);
        }
        isKeyNext = false;
        at = end - 1;
        break;
      }
      default:
    }
  }
  return undefined;
}

/** Returns the position after the closing quote of the string in a JSON text that starts at `start`. */
export function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}
