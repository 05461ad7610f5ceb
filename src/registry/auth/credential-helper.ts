import { spawn } from "node:child_process";
import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { parseJsonObject } from "../../oci/json-object.ts";
import type { Credential } from "./credential.ts";
import { HELPER_GRACE, HELPER_TIMEOUT, MAX_HELPER_BYTES } from "../limits.ts";
import { plainText } from "../../plain-text.ts";

/** Whom a credential helper is asked about. */
interface HelperQuestion {
  /** The X of `docker-credential-X`. */
  helper: string;
  /** What the helper keeps the credentials under. */
  server: string;
  /** For errors. */
  host: string;
  /** What the helper's environment is made of: all but what names other credentials. */
  environment: Environment;
  helperTimeout?: number;
}

/**
 * Asks `docker-credential-X get`, the server on its standard input (github.com/docker/docker-credential-helpers).
 * @returns undefined where the helper says "credentials not found"
 * @throws MirrorError CREDENTIAL_HELPER for every other failure
 */
export async function askHelper(question: HelperQuestion): Promise<Credential | undefined> {
  // A name, not a path: nothing outside PATH is started.
  if (!/^[A-Za-z0-9][\w.+-]*$/.test(question.helper)) throw failure(question, "its name is not valid");
  const { status, output, complaint } = await run(question);
  if (status !== 0) {
    // By the protocol the error is on standard output; some helpers keep to standard error.
    if (/credentials not found/i.test(`${output} ${complaint}`)) return undefined;
    // Its words are not repeated: they may hold the secret, or a part of it.
    throw failure(question, `it ended with ${status}`);
  }
  return parse(output, question);
}

/** Credentials that are mirrorform's own, for registries that the helper is not asked about. */
const OWN = /^MIRRORFORM_(?:USERNAME|PASSWORD)_|^DOCKER_AUTH_CONFIG$/;

function withoutOwn(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OWN.test(name)));
}

interface Run {
  status: number | string;
  output: string;
  complaint: string;
}

function run(question: HelperQuestion): Promise<Run> {
  const { helper, server, environment, helperTimeout = HELPER_TIMEOUT } = question;
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${helper}`, ["get"], {
      env: withoutOwn(environment),
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Not spawn's own time limit: that goes on when the helper could not be started.
    const timer = setTimeout(() => child.kill("SIGKILL"), helperTimeout);
    const output = collect(child.stdout, () => child.kill("SIGKILL"));
    const complaint = collect(child.stderr, () => child.kill("SIGKILL"));
    child.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const isMissing = error.code === "ENOENT" || error.code === "EACCES";
      const message = isMissing ? "it is not installed, or not in PATH" : `it cannot be started (${error.code})`;
      reject(
        failure(
          question,
          message,
          isMissing ? `install docker-credential-${helper}, or take it out of Docker's config.json` : undefined,
        ),
      );
    });
    // A grandchild may keep the pipes open for ever: after the end they are closed from this side.
    child.once("exit", () => {
      clearTimeout(timer);
      const grace = setTimeout(() => {
        for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      }, HELPER_GRACE);
      child.once("close", () => clearTimeout(grace));
    });
    child.once("close", (code, signal) => {
      if (signal === "SIGKILL") reject(failure(question, `it took longer than ${helperTimeout} ms, or wrote too much`));
      else resolve({ status: code ?? signal ?? "unknown", output: output(), complaint: complaint() });
    });
    // A helper that ends without reading its input is no reason to fall over.
    child.stdin.on("error", () => {});
    child.stdin.end(server);
  });
}

function collect(stream: NodeJS.ReadableStream, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_HELPER_BYTES) tooMuch();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function parse(output: string, question: HelperQuestion): Credential | undefined {
  const answer = parseJsonObject(output);
  // The output is never repeated: it may be a secret in another form.
  if (answer === undefined) throw failure(question, "its answer is no JSON object");
  const { Username: username, Secret: secret } = answer;
  if (typeof username !== "string" || typeof secret !== "string") {
    throw failure(question, "its answer has no Username and Secret");
  }
  if (secret === "") return undefined;
  return username === "<token>" ? { identityToken: secret } : { username, password: secret };
}

function failure({ helper, server, host }: HelperQuestion, message: string, hint?: string): MirrorError {
  return new MirrorError(`docker-credential-${plainText(helper)} failed: ${message}`, {
    code: "CREDENTIAL_HELPER",
    side: "credentials",
    operation: "look up credentials",
    reference: host,
    hint:
      hint ??
      `run it by hand to see why (it shows the secret when it works): echo ${plainText(server)} | docker-credential-${plainText(helper)} get`,
  });
}
