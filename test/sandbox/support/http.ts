import { request as open, type IncomingHttpHeaders } from "node:http";

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
}

export interface Send {
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}

/** Sends an HTTP request on a new connection without following redirects. Rejects if the connection breaks. */
export function request(url: string, { method = "GET", headers = {}, body }: Send = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = open(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Returns the first error code in a registry's error answer. */
export function errorCode(reply: Reply): unknown {
  const { errors } = JSON.parse(reply.text) as { errors: { code: string }[] };
  return errors[0]?.code;
}
