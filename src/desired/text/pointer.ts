/** JSON pointers (RFC 6901), as the validator writes them: `/mirrors/0/image`. */

/** The pointer to a key or an item below another. */
export function below(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The pointer to what holds this one; undefined for the root. */
export function parentOf(pointer: string): string | undefined {
  const slash = pointer.lastIndexOf("/");
  return slash < 0 ? undefined : pointer.slice(0, slash);
}

/** The last key, as written in the file. */
export function lastKey(pointer: string): string {
  return pointer
    .slice(pointer.lastIndexOf("/") + 1)
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
}
