/** The fields of a comment or issue that the Action uses. */
export interface Post {
  id: number;
  number?: number;
  state?: "open" | "closed";
  body: string | null;
  user: { login: string } | null;
  /** Set if the issue is a pull request. */
  pull_request?: unknown;
}

/** The part of GitHub's REST API that the Action uses. All methods throw {@link GitHubError}. */
export interface GitHub {
  list(path: string): Promise<Post[]>;
  send(method: "POST" | "PATCH", path: string, body: object): Promise<void>;
}

/** A failed request to GitHub, for example because the token lacks a permission (403). */
export class GitHubError extends Error {
  override readonly name = "GitHubError";
}

/** Limits the number of comments that are read. */
const MAX_PAGES = 30;
const PER_PAGE = 100;

/** In milliseconds. Commenting is optional and must not delay the run. */
const TIMEOUT = 20_000;

/** @param api without a trailing slash */
export function createGitHub({ api, repository, token }: { api: string; repository: string; token: string }): GitHub {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    let response: Response;
    try {
      response = await fetch(`${api}/repos/${repository}${path}`, {
        method,
        headers: {
          accept: "application/vnd.github+json",
          authorization: `Bearer ${token}`,
          "x-github-api-version": "2022-11-28",
          "user-agent": "mirrorform",
        },
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      // Omit the message: if the token contains a line break, the message contains the token.
      throw new GitHubError(`${method} ${path}: no answer (${error instanceof Error ? error.name : "unknown"})`);
    }
    if (!response.ok) throw new GitHubError(`${method} ${path}: GitHub answered ${response.status}`);
    return response.json().catch(() => {
      throw new GitHubError(`${method} ${path}: the answer is not JSON`);
    });
  };
  return {
    async list(path) {
      const all: Post[] = [];
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const separator = path.includes("?") ? "&" : "?";
        const answer = await call("GET", `${path}${separator}per_page=${PER_PAGE}&page=${page}`);
        if (!Array.isArray(answer)) throw new GitHubError(`GET ${path}: the answer is not a list`);
        const posts = answer as Post[];
        all.push(...posts);
        if (posts.length < PER_PAGE) break;
      }
      return all;
    },
    async send(method, path, body) {
      await call(method, path, body);
    },
  };
}
