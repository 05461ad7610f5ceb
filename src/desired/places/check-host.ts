import { parseUrl } from "../../parse-url.ts";
import { isRegion, regionHint, unknownRegion } from "../../registry/hosts/aws-region.ts";
import { ecrLookalike, readEcrHost } from "../../registry/hosts/ecr-host.ts";
import { metadataProblem } from "../../registry/http/metadata-address.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/**
 * Checks a registry host of a mirror file. Reports a link-local address or cloud metadata service, and a host at AWS that
 * only looks like an ECR, because it may belong to anyone. Warns about an ECR in an unknown Region.
 * @param registry with a port, if there is one
 * @param at where to report it
 * @returns whether the host can be used
 */
export function checkHost(
  registry: string,
  pointer: string,
  log: ProblemLog,
  at: { at?: "key" | "value"; invalidates?: string } = {},
): boolean {
  const url = parseUrl(`https://${registry}`);
  const metadata = url === undefined ? undefined : metadataProblem(url);
  if (metadata !== undefined) {
    log.add(pointer, { message: metadata, hint: "write the host of a registry", ...at });
    return false;
  }
  const host = registry.toLowerCase().replace(/:[0-9]+$/, "");
  const lookalike = ecrLookalike(host);
  if (lookalike !== undefined) {
    log.add(pointer, { ...lookalike, ...at });
    return false;
  }
  warnOfRegion(readEcrHost(host)?.region, pointer, log, at.at);
  return true;
}

/** Warns about a Region that mirrorform does not know. */
export function warnOfRegion(
  region: string | undefined,
  pointer: string,
  log: ProblemLog,
  at: "key" | "value" = "value",
): void {
  const unknown = region === undefined ? undefined : unknownRegion(region);
  if (unknown !== undefined) log.warn(pointer, { ...unknown, at });
}

/** Checks the Region in the ARN of a KMS key. Accepts any other text. */
export function checkKeyRegion(key: string, pointer: string, log: ProblemLog): void {
  const region = /^arn:[^:]*:kms:([^:]*):/.exec(key)?.[1];
  if (region === undefined) return;
  if (isRegion(region)) warnOfRegion(region, pointer, log);
  else {
    const hint = regionHint(region);
    const message = `the ARN names ${quote(region)}, which is not an AWS Region`;
    log.add(pointer, { message, ...(hint === undefined ? {} : { hint }) });
  }
}
