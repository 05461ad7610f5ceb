import { refuse } from "../../../src/sandbox/http/answer.ts";
import { sandboxUser } from "../../../src/sandbox/aws/ecr-identity.ts";
import { DEFAULT_ACCOUNT } from "../../../src/sandbox/ecr/ecr.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import { ecrOf, fault, isRedis, playAll, type Scenario } from "../../support/scenario.ts";
import type { World } from "../../support/world.ts";

function status(code: number, error: string): (place: World) => Promise<void> {
  return async (place) => fault((await ecrOf(place)).server, isRedis, refuse(code, error, "no"));
}

const SCENARIOS: readonly Scenario[] = [
  {
    what: "no Region",
    environment: () => ({ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }),
    code: "NO_REGION",
    side: "config",
    operation: "determine the AWS Region",
    hint: /AWS_REGION/,
  },
  {
    what: "no AWS credentials",
    environment: () => ({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }),
    code: "NO_CREDENTIALS",
    side: "credentials",
    operation: "load AWS credentials",
    hint: /aws|role/i,
  },
  {
    what: "expired AWS credentials",
    environment: ({ sandbox }) => {
      const { accessKeyId, secretAccessKey, sessionToken } = sandbox.ecr.issue(sandboxUser(DEFAULT_ACCOUNT), 0);
      return {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      };
    },
    code: "EXPIRED_CREDENTIALS",
    side: "credentials",
    operation: "sign in to",
    hint: /sign in/,
  },
  {
    what: "a denied action",
    prepare: ({ sandbox }) => sandbox.ecr.deny(["ecr:CreateRepository"]),
    code: "DENIED",
    side: "target",
    operation: "create repository",
    hint: /ecr:CreateRepository/,
  },
  {
    what: "a denied push",
    prepare: ({ sandbox }) => sandbox.ecr.deny(["ecr:InitiateLayerUpload"]),
    code: "DENIED",
    side: "target",
    operation: "start upload of blob",
    hint: /ecr:InitiateLayerUpload/,
  },
  {
    what: "an ECR that is unreachable",
    prepare: ({ sandbox }) => sandbox.ecr.api.close(),
    code: "UNREACHABLE",
    side: "target",
    operation: "call GetAuthorizationToken at",
    hint: /network|proxy/i,
  },
  {
    what: "a target that answers 401",
    prepare: status(401, "UNAUTHORIZED"),
    code: "UNAUTHORIZED",
    side: "target",
    operation: "look up manifest",
    hint: /check/i,
    othersArrive: true,
  },
  {
    what: "a target that answers 403",
    prepare: status(403, "DENIED"),
    code: "DENIED",
    side: "target",
    operation: "look up manifest",
    hint: /ecr:/,
    othersArrive: true,
  },
  {
    what: "a target whose repository was deleted during the run (404)",
    prepare: async (place) => {
      const { server } = await ecrOf(place);
      fault(server, (request) => isRedis(request) && request.method === "POST", refuse(404, "NAME_UNKNOWN", "no"));
    },
    code: "REPOSITORY_UNKNOWN",
    side: "target",
    operation: "start upload of blob",
    hint: /deleted/,
    othersArrive: true,
  },
  {
    what: "a target that always answers 429",
    prepare: status(429, "TOOMANYREQUESTS"),
    code: "TOO_MANY_REQUESTS",
    side: "target",
    operation: "look up manifest",
    hint: /wait/,
    othersArrive: true,
  },
  {
    what: "a target that always answers 500",
    prepare: status(500, "UNKNOWN"),
    code: "SERVER_ERROR",
    side: "target",
    operation: "look up manifest",
    hint: /rerun later/,
    othersArrive: true,
  },
  {
    what: "an ECR API that always answers 500",
    prepare: ({ sandbox }) => fault(sandbox.ecr.api, () => true, refuse(500, "InternalFailure", "no")),
    code: "SERVER_ERROR",
    side: "target",
    operation: "sign in to",
    hint: /status of Amazon ECR/,
  },
  {
    what: "an ECR API that answers 500 to every CreateRepository",
    prepare: ({ sandbox }) => {
      const isCreation = ({ headers }: RecordedRequest) => headers["x-amz-target"]?.endsWith(".CreateRepository");
      fault(sandbox.ecr.api, (request) => isCreation(request) === true, refuse(500, "InternalFailure", "no"));
    },
    code: "SERVER_ERROR",
    side: "target",
    operation: "create repository",
    hint: /status of Amazon ECR/,
  },
  {
    what: "a target that becomes unreachable during the run",
    prepare: async (place) => {
      const { server } = await ecrOf(place);
      server.onFinished = ({ method }) => {
        if (method === "PUT") void server.close();
      };
    },
    code: "UNREACHABLE",
    side: "target",
    // Any request after the first upload.
    operation: /(?:blob|manifest)$/,
    hint: /network|proxy/i,
  },
];

playAll("a target that fails causes a clear error and loses no tag:", SCENARIOS);
