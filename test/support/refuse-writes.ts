import { refuse } from "../../src/sandbox/http/answer.ts";
import type { RecordedRequest, SandboxServer } from "../../src/sandbox/http/server.ts";
import { ecrOf } from "./scenario.ts";
import type { World } from "./world.ts";

/** What was asked of the targets of a sandbox: `POST / AmazonEC2ContainerRegistry_V20150921.PutImage`. */
export interface Watch {
  reads: string[];
  /** Each was refused. */
  writes: string[];
  /** With which they are refused; 400 saves the patience that a 500 is worth. */
  status: number;
}

const READING_CALL = /\.(?:Get|Describe|List|BatchGet|BatchCheck)\w+$/;

/** From now on every call that could change a target is refused and recorded: ECR's API and registry, and other registries. */
export async function refuseWrites(place: World): Promise<Watch> {
  const { ecr, registries } = place.sandbox;
  const watch: Watch = { reads: [], writes: [], status: 500 };
  const put = (server: SandboxServer, isRead: (request: RecordedRequest) => boolean): void => {
    server.onRequest = (request) => {
      const said = `${request.method} ${request.path} ${request.headers["x-amz-target"] ?? ""}`;
      (isRead(request) ? watch.reads : watch.writes).push(said);
      return isRead(request)
        ? undefined
        : { kind: "answer", answer: refuse(watch.status, "UNKNOWN", "a reader wrote") };
    };
  };
  const isLook = ({ method }: RecordedRequest): boolean => method === "GET" || method === "HEAD";
  put(ecr.api, ({ headers }) => READING_CALL.test(headers["x-amz-target"] ?? ""));
  for (const server of [(await ecrOf(place)).server, ...[...registries.values()].map((each) => each.server)]) {
    put(server, isLook);
  }
  return watch;
}
