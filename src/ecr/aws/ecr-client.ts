import { ECRClient } from "@aws-sdk/client-ecr";
import { MirrorError, type Side } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import { untilAborted } from "../../until-aborted.ts";
import type { Turn } from "../../registry/hosts/rate-limiter.ts";
import { retrying } from "../../registry/retry/retry.ts";
import { awsCredentials } from "../credentials/aws-credentials.ts";
import { endpointVariant, sdkEndpoints } from "../endpoints/endpoint-variant.ts";
import { endpointFrom } from "../endpoints/service-endpoint.ts";
import { ecrError, type EcrCall } from "./ecr-error.ts";
import { abortError } from "./aws-abort-error.ts";
import { createRequestHandler, type RequestHandler } from "./request-handler.ts";
import type { EndpointVariant } from "../../registry/hosts/ecr-host.ts";
import type { EcrSettings } from "../ecr-settings.ts";
import type { EcrContext } from "./ecr-context.ts";
import { isThrottled, readFailure } from "./aws-failure.ts";
import { createEcrRateLimits } from "./rate-limits.ts";
import { MAX_THROTTLED_ATTEMPTS } from "../../registry/limits.ts";

/** Options that the SDK accepts with a command. */
export interface SendOptions {
  abortSignal?: AbortSignal;
}

/** The ECR API of one Region. */
export interface EcrClient {
  readonly region: string;
  /** The registry in errors of account-wide calls: its host, or until that is known `Amazon ECR in eu-west-1`. */
  readonly registry: string;
  /** Which endpoints of AWS this client uses. */
  readonly variant: EndpointVariant;
  /** The SDK's request handler, for requests that the SDK does not make itself. */
  readonly handler: RequestHandler;
  /** The account, once it is known. Clients in the same account and Region share their rate limits. */
  account: string | undefined;
  /**
   * Makes one call, with retries. Each attempt takes its turn with the rate limiter of the action.
   * @throws MirrorError as {@link ecrError} maps it
   */
  call<Answer>(
    call: EcrCall,
    signal: AbortSignal | undefined,
    send: (sdk: ECRClient, options: SendOptions) => Promise<Answer>,
  ): Promise<Answer>;
}

/** The host in a retry event if there was no request through the handler: the SDK reads instance metadata by itself. */
const UNKNOWN_HOST = "(AWS credentials)";

/**
 * Creates the SDK's client. By default, the SDK reads the endpoint from `process.env` and ignores proxies.
 * @throws MirrorError USAGE if a setting of the endpoint is not valid
 */
export function createClient(settings: EcrSettings, region: string, context: EcrContext): EcrClient {
  const { environment, dispatcher, clock, random, hosts } = context;
  /** The latest request to ECR and the latest to a provider of credentials. A retry repeats one of them. */
  const latest = new Map<Side, { method: string; host: string; path: string }>();
  const emit: Emit = (event) => {
    if (event.type === "request.finished") {
      latest.set(event.side, { method: event.method, host: event.host, path: event.path });
    }
    context.emit(event);
  };
  const handler = createRequestHandler({
    dispatcher,
    clock,
    side: "target",
    emit,
    ...(hosts === undefined ? {} : { hosts }),
  });
  const endpoint = endpointFrom(environment, "ECR");
  const variant = endpointVariant(environment, settings.profile);
  const sdk = new ECRClient({
    region,
    credentials: awsCredentials(settings, region, variant, { ...context, emit }),
    requestHandler: handler,
    defaultsMode: "standard",
    // No retries by the SDK: it treats a full quota as throttling, and ignores an abort while it waits.
    maxAttempts: 1,
    ...sdkEndpoints(variant),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const limits = context.rateLimits ?? createEcrRateLimits({ clock, random });
  const client: EcrClient = {
    region,
    registry: `Amazon ECR in ${region}`,
    variant,
    handler,
    account: settings.account,
    async call(call, signal, send) {
      const limiter = limits({ account: client.account ?? "", region })(call.action);
      let failedSide: Side = "target";
      const attempt = async () => {
        let turn: Turn | undefined;
        try {
          turn = await limiter.turn(signal);
          // The SDK does not abort a provider of credentials, such as a `credential_process`.
          const sent = send(sdk, signal === undefined ? {} : { abortSignal: signal });
          return { ok: true, value: await untilAborted(sent, signal) } as const;
        } catch (error) {
          if (isThrottled(readFailure(error))) turn?.refused();
          const thrown = signal?.aborted === true ? abortError(signal, call) : ecrError(error, call);
          if (thrown instanceof MirrorError) failedSide = thrown.side;
          throw thrown;
        }
      };
      return retrying(attempt, {
        clock,
        random,
        signal,
        ...(call.attempts === undefined ? { throttledAttempts: MAX_THROTTLED_ATTEMPTS } : { attempts: call.attempts }),
        onRetry: (retry) => {
          const unknown = { method: "POST", host: UNKNOWN_HOST, path: call.action };
          const request = latest.get(failedSide) ?? unknown;
          // Calls of different actions run concurrently on one host, so the latest path may be of another call.
          const path = failedSide === "target" ? call.action : request.path;
          emit({ type: "request.retried", side: failedSide, ...request, path, ...retry });
        },
      });
    },
  };
  return client;
}
