import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";

/** A response: an exception by name, a JSON body, or something that AWS would not send. */
export type Answer =
  | { exception: string; message?: string; status?: number; members?: object }
  | { json: unknown }
  | { status: number; type: string; text: string }
  /** Never responds. */
  | "hang"
  /** Sends headers and half of the body. */
  | "stall"
  | "cut";

export interface ScriptedAws {
  url: string;
  host: string;
  /** Requested operations, in order. */
  operations: string[];
  /** The request bodies, in the same order. */
  bodies: string[];
  environment: Record<string, string>;
}

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";

/** The default response to GetAuthorizationToken. */
export const TOKEN = {
  authorizationData: [
    {
      authorizationToken: Buffer.from("AWS:pass:word").toString("base64"),
      expiresAt: 4_000_000_000,
      proxyEndpoint: `https://${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`,
    },
  ],
};

/** Starts an AWS endpoint on loopback with scripted responses. It is closed after the tests of the file. */
export async function scriptedAws(
  answer: (operation: string, count: number, body: string) => Answer | undefined,
): Promise<ScriptedAws> {
  const operations: string[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const target = String(request.headers["x-amz-target"] ?? "").split(".")[1];
    const operation = target ?? new URLSearchParams(body).get("Action") ?? "";
    operations.push(operation);
    bodies.push(body);
    const count = operations.filter((name) => name === operation).length;
    send(response, answer(operation, count, body) ?? { json: operation === "GetAuthorizationToken" ? TOKEN : {} });
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  return {
    url,
    host,
    operations,
    bodies,
    environment: {
      AWS_ENDPOINT_URL_ECR: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "AKIATEST",
      AWS_SECRET_ACCESS_KEY: "very-secret-key",
      AWS_SESSION_TOKEN: "very-secret-session",
    },
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === "hang") return;
  if (answer === "cut") {
    response.destroy();
    return;
  }
  if (answer === "stall") {
    response.writeHead(200, { "content-length": "100" });
    response.write("{");
    return;
  }
  if ("text" in answer) {
    response.writeHead(answer.status, { "content-type": answer.type });
    response.end(answer.text);
    return;
  }
  response.setHeader("content-type", "application/x-amz-json-1.1");
  if ("json" in answer) {
    response.end(JSON.stringify(answer.json));
    return;
  }
  response.statusCode = answer.status ?? 400;
  response.end(
    JSON.stringify({ __type: answer.exception, message: answer.message ?? "in AWS's words", ...answer.members }),
  );
}
