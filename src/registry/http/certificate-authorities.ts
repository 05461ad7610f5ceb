import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { readFailure } from "../../file-failure.ts";

/** Node reads NODE_EXTRA_CA_CERTS itself: its certificates are among the defaults. */
const VARIABLES = ["SSL_CERT_FILE", "AWS_CA_BUNDLE"] as const;

/**
 * Reads the certificate authorities: Node's defaults and those in the files of SSL_CERT_FILE and AWS_CA_BUNDLE.
 * Undefined if neither is set.
 * @throws MirrorError FILE_UNREADABLE
 */
export function certificateAuthorities(environment: Environment): string[] | undefined {
  const files = VARIABLES.flatMap((variable) => {
    const path = environment[variable];
    return path === undefined || path === "" ? [] : [{ variable, path }];
  });
  return files.length === 0 ? undefined : [...getCACertificates("default"), ...files.map(readCertificates)];
}

function readCertificates({ variable, path }: { variable: string; path: string }): string {
  try {
    const text = readFileSync(path, "utf8");
    if (text.includes("-----BEGIN")) return text;
  } catch (cause) {
    throw unreadable(variable, path, cause);
  }
  throw unreadable(variable, path, undefined);
}

function unreadable(variable: string, path: string, cause: unknown): MirrorError {
  const message =
    cause === undefined ? "the file contains no PEM certificate" : `it cannot be read: ${readFailure(cause)}`;
  return new MirrorError(message, {
    code: "FILE_UNREADABLE",
    side: "config",
    operation: "read certificate authorities from",
    reference: path,
    hint: `check ${variable}, which names this file`,
    cause,
  });
}
