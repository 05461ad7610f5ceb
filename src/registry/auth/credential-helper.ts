import { spawn } from "node:child_process";
import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { parseJsonObject } from "../../oci/json-object.ts";
import type { Credential } from "./credential.ts";
import { HELPER_GRACE, HELPER_TIMEOUT, MAX_HELPER_BYTES } from "../limits.ts";
import { plainText } from "../../plain-text.ts";
import { startFailure } from "../../file-failure.ts";

/** A request to a credential helper. */
interface HelperRequest {
  /** The X of `docker-credential-X`. */
  helper: string;
  /** The server name that the helper stores the credentials under. */
  server: string;
  /** The registry host, for errors. */
  host: string;
  /** The environment for the helper. Variables with mirrorform's own credentials are removed, and those of AWS except for the ECR helper. */
  environment: Environment;
  /** In milliseconds. */
  helperTimeout?: number;
}

/**
 * Runs `docker-credential-X get` with the server on standard input (github.com/docker/docker-credential-helpers).
 * @returns undefined if the helper reports "credentials not found"
 * @throws MirrorError CREDENTIAL_HELPER for any other failure
 */
export async function runHelper(request: HelperRequest): Promise<Credential | undefined> {
  // A name, not a path, so that only programs in PATH are started.
  if (!/^[A-Za-z0-9][\w.+-]*$/.test(request.helper)) throw failure(request, "the helper's name is not valid");
  const { status, output, errorOutput } = await run(request);
  if (status !== 0) {
    // The protocol puts the error on standard output, but some helpers use standard error.
    if (/credentials not found/i.test(`${output} ${errorOutput}`)) return undefined;
    // The output is not quoted, because it may contain the secret or a part of it.
    throw failure(request, `it exited with ${status}`);
  }
  return parse(output, request);
}

/** Variables with credentials for other registries, which the helper does not need. */
const CREDENTIAL_VARIABLES = /^MIRRORFORM_(?:USERNAME|PASSWORD)_|^DOCKER_AUTH_CONFIG$/;

/** Variables with AWS credentials, or that lead to them: keys, web identity, and the agent of a container. */
const AWS_CREDENTIAL_VARIABLES =
  /^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|WEB_IDENTITY_TOKEN_FILE|ROLE_ARN|BEARER_TOKEN_.*|CONTAINER_(?:CREDENTIALS|AUTHORIZATION)_.*)$/;

/** The helper that signs in to ECR with AWS credentials (awslabs/amazon-ecr-credential-helper). */
const ECR_HELPER = "ecr-login";

function withoutCredentials(environment: Environment, helper: string): Record<string, string | undefined> {
  const isNeeded = (name: string) =>
    !CREDENTIAL_VARIABLES.test(name) && (helper === ECR_HELPER || !AWS_CREDENTIAL_VARIABLES.test(name));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isNeeded(name)));
}

interface Run {
  status: number | string;
  output: string;
  errorOutput: string;
}

function run(request: HelperRequest): Promise<Run> {
  const { helper, server, environment, helperTimeout = HELPER_TIMEOUT } = request;
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${helper}`, ["get"], {
      env: withoutCredentials(environment, helper),
      stdio: ["pipe", "pipe", "pipe"],
    });
    // spawn's own timeout keeps running if the helper cannot be started.
    const timer = setTimeout(() => child.kill("SIGKILL"), helperTimeout);
    const output = collect(child.stdout, () => child.kill("SIGKILL"));
    const errorOutput = collect(child.stderr, () => child.kill("SIGKILL"));
    child.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const isMissing = error.code === "ENOENT" || error.code === "EACCES";
      reject(
        failure(
          request,
          startFailure(error),
          isMissing ? `install docker-credential-${helper}, or remove it from Docker's config.json` : undefined,
        ),
      );
    });
    // A child process of the helper may keep the pipes open, so they are closed after the helper exits.
    child.once("exit", () => {
      clearTimeout(timer);
      const grace = setTimeout(() => {
        for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      }, HELPER_GRACE);
      child.once("close", () => clearTimeout(grace));
    });
    child.once("close", (code, signal) => {
      if (signal === "SIGKILL")
        reject(failure(request, `it took longer than ${helperTimeout} ms, or wrote too much output`));
      else resolve({ status: code ?? signal ?? "unknown", output: output(), errorOutput: errorOutput() });
    });
    // A helper may exit without reading its input.
    child.stdin.on("error", () => {});
    child.stdin.end(server);
  });
}

function collect(stream: NodeJS.ReadableStream, onTooLarge: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_HELPER_BYTES) onTooLarge();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function parse(output: string, request: HelperRequest): Credential | undefined {
  const answer = parseJsonObject(output);
  // The output is not quoted, because it may be a secret in another form.
  if (answer === undefined) throw failure(request, "its output is not a JSON object");
  const { Username: username, Secret: secret } = answer;
  if (typeof username !== "string" || typeof secret !== "string") {
    throw failure(request, "its output has no Username and Secret");
  }
  if (secret === "") return undefined;
  return username === "<token>" ? { identityToken: secret } : { username, password: secret };
}

function failure({ helper, server, host }: HelperRequest, message: string, hint?: string): MirrorError {
  return new MirrorError(`docker-credential-${plainText(helper)} failed: ${message}`, {
    code: "CREDENTIAL_HELPER",
    side: "credentials",
    operation: "look up credentials for",
    reference: host,
    hint:
      hint ??
      `run it by hand to see why (it prints the secret on success): echo ${plainText(server)} | docker-credential-${plainText(helper)} get`,
  });
}
