import type { IncomingMessage, ServerResponse } from "node:http";

/** Serves one request, to the end of its response. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A response as data, so that a policy or a quirk can look at it and change it before it is sent. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Absent: no body. For a HEAD the body is what a GET would carry: its length is told, its bytes are not sent. */
  body?: Uint8Array | string;
}

/** A registry's refusal: one error of the distribution-spec's "Error Codes". */
export type Refusal = Answer;

/** The connection ends without an answer. */
export const CUT = "cut";

/** An answer with a JSON body. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** A refusal in the envelope of the distribution-spec: `{"errors":[{"code","message"}]}`. */
export function refuse(status: number, code: string, message: string, headers: Record<string, string> = {}): Refusal {
  return json(status, { errors: [{ code, message }] }, headers);
}

/** A plain text answer. */
export function text(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body };
}

const truncated = new WeakMap<ServerResponse, number>();

/** Makes {@link send} cut the connection after so many bytes of the body. */
export function truncate(response: ServerResponse, afterBytes: number): void {
  truncated.set(response, afterBytes);
}

/** Sends an answer, or ends the connection without one. Nothing is sent to a client that has left. */
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
