import { ECRClient } from "@aws-sdk/client-ecr";
import type { Dispatcher } from "undici";
import type { Clock } from "../clock.ts";
import type { Emit } from "../events.ts";
import { retrying } from "../registry/retry.ts";
import { awsCredentials } from "./aws-credentials.ts";
import { endpointFrom } from "./endpoint.ts";
import { ecrError, interruption, type EcrCall } from "./errors.ts";
import { createRequestHandler } from "./request-handler.ts";
import type { EcrSettings } from "./settings.ts";

/** What the ECR side needs from outside. */
export interface EcrContext {
  environment: Readonly<Record<string, string | undefined>>;
  /** Knows proxies and extra CAs. */
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
  /** From 0 to below 1. */
  random: () => number;
}

export interface SendOptions {
  abortSignal?: AbortSignal;
}

/** The ECR API of one Region. */
export interface EcrClient {
  readonly region: string;
  /**
   * Makes one call, repeated when that can help.
   * @throws MirrorError as errors.ts has it
   */
  call<Answer>(
    call: EcrCall,
    signal: AbortSignal | undefined,
    send: (sdk: ECRClient, options: SendOptions) => Promise<Answer>,
  ): Promise<Answer>;
}

/** Builds the SDK's client. It reads the endpoint from `process.env` otherwise, and knows no proxy. */
export function createClient(settings: EcrSettings, region: string, context: EcrContext): EcrClient {
  const { environment, dispatcher, emit, clock, random } = context;
  let host = "";
  const handler = createRequestHandler({
    dispatcher,
    clock,
    side: "target",
    emit: (event) => {
      if (event.type === "request.finished") host = event.host;
      emit(event);
    },
  });
  const endpoint = endpointFrom(environment, "ECR");
  const sdk = new ECRClient({
    region,
    credentials: awsCredentials(settings, region, context),
    requestHandler: handler,
    defaultsMode: "standard",
    // Repeating is ours: the SDK takes a full quota for throttling, and sleeps through an abort.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  return {
    region,
    call: (call, signal, send) =>
      retrying(
        async () => {
          try {
            return {
              ok: true,
              value: await send(sdk, signal === undefined ? {} : { abortSignal: signal }),
            };
          } catch (error) {
            throw signal?.aborted === true ? interruption(signal, call) : ecrError(error, call);
          }
        },
        {
          clock,
          random,
          signal,
          onRetry: (retry) => {
            emit({
              type: "request.retried",
              side: "target",
              method: "POST",
              host,
              path: call.action,
              ...retry,
            });
          },
        },
      ),
  };
}
