import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

import type { Post } from "../../action/github.ts";

/** A fake GitHub on loopback with comments and issues of one repository, `team/images`. */
export interface FakeGitHub {
  url: string;
  comments: Post[];
  issues: (Post & { title?: string; labels?: string[] })[];
  /** `PATCH /issues/comments/7`, oldest first. */
  writes: string[];
  /** Status of all answers, to simulate failures. */
  refuses: number | undefined;
  tokens: Set<string>;
  close(): Promise<void>;
}

const ROOT = "/repos/team/images";
const BOT = { login: "github-actions[bot]" };

export async function startGitHub(): Promise<FakeGitHub> {
  const server = createServer((request, response) => {
    void answer(request.method ?? "", new URL(request.url ?? "", "http://github"), () => json(request)).then(
      ({ status, body }) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
    );
    fake.tokens.add(request.headers.authorization ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const fake: FakeGitHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments: [],
    issues: [],
    writes: [],
    refuses: undefined,
    tokens: new Set(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;

  async function answer(
    method: string,
    url: URL,
    read: () => Promise<unknown>,
  ): Promise<{ status: number; body: unknown }> {
    if (fake.refuses !== undefined)
      return { status: fake.refuses, body: { message: "Resource not accessible by integration" } };
    const path = url.pathname.slice(ROOT.length);
    if (method === "GET") return { status: 200, body: page(path, url) };
    const body = (await read()) as Partial<Post> & { labels?: string[] };
    fake.writes.push(`${method} ${path}`);
    const created = { id: fake.writes.length + 1000, user: BOT, body: "", ...body };
    if (method === "POST" && path === "/issues") fake.issues.push({ ...created, number: created.id, state: "open" });
    else if (method === "POST") fake.comments.push(created);
    else Object.assign(find(path) ?? {}, body);
    return { status: method === "POST" ? 201 : 200, body: created };
  }

  function page(path: string, url: URL): Post[] {
    const size = Number(url.searchParams.get("per_page"));
    const number = Number(url.searchParams.get("page"));
    const label = url.searchParams.get("labels");
    const all = path === "/issues" ? fake.issues.filter(({ labels }) => labels?.includes(label ?? "")) : fake.comments;
    return all.slice((number - 1) * size, number * size);
  }

  function find(path: string): Post | undefined {
    const id = Number(path.slice(path.lastIndexOf("/") + 1));
    return path.startsWith("/issues/comments/")
      ? fake.comments.find((post) => post.id === id)
      : fake.issues.find((post) => post.number === id);
  }
}
