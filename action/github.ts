/** One comment or issue, as far as we look at it. */
export interface Post {
  id: number;
  number?: number;
  state?: "open" | "closed";
  body: string | null;
  user: { login: string } | null;
  /** Set where an issue is a pull request. */
  pull_request?: unknown;
}

/** As much of GitHub's REST API as one comment and one issue need. Every method throws {@link GitHubRefused}. */
export interface GitHub {
  list(path: string): Promise<Post[]>;
  send(method: "POST" | "PATCH", path: string, body: object): Promise<void>;
}

/** GitHub did not do what it was asked: a token without the permission (403), or trouble of its own. */
export class GitHubRefused extends Error {
  override readonly name = "GitHubRefused";
}

/** A pull request with more comments than this is not read to its end. */
const MAX_PAGES = 30;
const PER_PAGE = 100;

/** Milliseconds; commenting is a courtesy, and must not hold up a run. */
const TIMEOUT = 20_000;

/** @param api without a slash at the end */
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
      // Not its words: of a token with a line break they are the token.
      throw new GitHubRefused(`${method} ${path}: no answer (${error instanceof Error ? error.name : "unknown"})`);
    }
    if (!response.ok) throw new GitHubRefused(`${method} ${path}: GitHub answered ${response.status}`);
    return response.json().catch(() => {
      throw new GitHubRefused(`${method} ${path}: the answer is no JSON`);
    });
  };
  return {
    async list(path) {
      const all: Post[] = [];
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const separator = path.includes("?") ? "&" : "?";
        const answer = await call("GET", `${path}${separator}per_page=${PER_PAGE}&page=${page}`);
        if (!Array.isArray(answer)) throw new GitHubRefused(`GET ${path}: the answer is no list`);
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
