import type { IncomingMessage, ServerResponse } from "node:http";

/** Serves one request until its response is complete. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A response as data, so that a policy or a quirk can change it before it is sent. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** For a HEAD, the body of the corresponding GET: only its length is sent. */
  body?: Uint8Array | string;
}

/** An error answer of a registry (distribution-spec, "Error Codes"). */
export type Refusal = Answer;

/** Closes the connection without an answer. */
export const CUT = "cut";

/** Creates an answer with a JSON body. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** Creates an error answer in the distribution-spec's format: `{"errors":[{"code","message"}]}`. */
export function refuse(status: number, code: string, message: string, headers: Record<string, string> = {}): Refusal {
  return json(status, { errors: [{ code, message }] }, headers);
}

/** Creates a plain text answer. */
export function text(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body };
}

const truncated = new WeakMap<ServerResponse, number>();

/** Makes {@link send} close the connection after `afterBytes` bytes of the body. */
export function truncate(response: ServerResponse, afterBytes: number): void {
  truncated.set(response, afterBytes);
}

/** Sends an answer, or closes the connection without one. Does nothing if the client has disconnected. */
export function send(response: ServerResponse, answer: Answer | typeof CUT): void {
  if (response.destroyed || response.headersSent) return;
  if (answer === CUT) {
    response.destroy();
    return;
  }
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  const bodyless = answer.status === 204 || answer.status === 304;
  const length = bodyless ? {} : { "content-length": String(body?.byteLength ?? 0) };
  response.writeHead(answer.status, { ...length, ...answer.headers });
  if (bodyless || body === undefined || response.req.method === "HEAD") {
    response.end();
    return;
  }
  const limit = truncated.get(response);
  if (limit === undefined || limit >= body.byteLength) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, limit), () => response.destroy());
}
