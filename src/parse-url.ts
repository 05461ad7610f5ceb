/**
 * Everything that parses a URL. URLs come from registries, token servers, AWS, the environment and the mirror file, and
 * `new URL` throws a TypeError for those that are not valid.
 */

/** Parses a URL, relative to `base` if there is one. Undefined if it is not valid. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.parse(text, base) ?? undefined;
}

/** Parses an absolute URL with the scheme http or https. Undefined for anything else. */
export function parseHttpUrl(text: string): URL | undefined {
  const url = parseUrl(text);
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}

/**
 * Returns a URL on the scheme, host and port of another one. Never leads elsewhere: a path such as `//host/x` stays a
 * path.
 * @param origin an http or https URL
 * @param path starts with a slash
 */
export function urlAt(origin: URL, path: string, query = ""): URL {
  const url = copyOf(origin);
  url.username = "";
  url.password = "";
  url.hash = "";
  url.pathname = path;
  url.search = query;
  return url;
}

/** Copies a URL, to change the copy. */
export function copyOf(url: URL): URL {
  // A URL's own text is always valid.
  return new URL(url.href);
}

/** Whether the user name and password of a URL can be decoded. `http://50%@host` is valid, but has no user name. */
export function hasReadableCredentials({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}
