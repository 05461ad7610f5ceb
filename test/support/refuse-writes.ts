import { refuse } from "../../src/sandbox/http/answer.ts";
import type { RecordedRequest, SandboxServer } from "../../src/sandbox/http/server.ts";
import { ecrOf } from "./scenario.ts";
import type { World } from "./world.ts";

/** Requests to the targets of a sandbox, such as `POST / AmazonEC2ContainerRegistry_V20150921.PutImage`. */
export interface Watch {
  reads: string[];
  /** All of them were refused. */
  writes: string[];
  /** The status of the refusals. A 400 is faster than a 500, because mirrorform does not retry it. */
  status: number;
}

const READING_CALL = /\.(?:Get|Describe|List|BatchGet|BatchCheck)\w+$/;

/** Refuses and records every call that could change a target: ECR's API and registry, and other registries. */
export async function refuseWrites(place: World): Promise<Watch> {
  const { ecr, registries } = place.sandbox;
  const watch: Watch = { reads: [], writes: [], status: 500 };
  const install = (server: SandboxServer, isRead: (request: RecordedRequest) => boolean): void => {
    server.onRequest = (request) => {
      const entry = `${request.method} ${request.path} ${request.headers["x-amz-target"] ?? ""}`;
      (isRead(request) ? watch.reads : watch.writes).push(entry);
      return isRead(request)
        ? undefined
        : { kind: "answer", answer: refuse(watch.status, "UNKNOWN", "unexpected write") };
    };
  };
  const isReadMethod = ({ method }: RecordedRequest): boolean => method === "GET" || method === "HEAD";
  install(ecr.api, ({ headers }) => READING_CALL.test(headers["x-amz-target"] ?? ""));
  for (const server of [(await ecrOf(place)).server, ...[...registries.values()].map((each) => each.server)]) {
    install(server, isReadMethod);
  }
  return watch;
}
