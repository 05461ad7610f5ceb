import type { IncomingHttpHeaders } from "node:http";

import { refuse, text, type Refusal } from "../http/answer.ts";
import { deniedText } from "../ecr/ecr-error.ts";
import { registryPermissionsOf } from "./ecr-permissions.ts";
import { isShared } from "../ecr/ecr-shared.ts";
import type { EcrRegion, EcrRules, RegistryToken } from "../ecr/ecr-state.ts";
import type { RegistryRequest } from "../registry/registry-policy.ts";

/**
 * Authorizes a request to a registry's `/v2/`. The password comes from GetAuthorizationToken and is valid only in its
 * Region. An unknown or expired password is answered with 401, a denied action with 403.
 */
export function refuseAccess(request: RegistryRequest, region: EcrRegion, rules: EcrRules): Refusal | undefined {
  const token = readToken(request.headers, rules);
  const isValid = token !== undefined && token.region === region.region && token.expiresAt > rules.clock();
  if (!isValid) return unauthorized(region);
  const { route } = request;
  if (route.kind === "ping") return undefined;
  const { principal } = token;
  for (const permission of registryPermissionsOf(request, route, region)) {
    const { action, resource } = permission;
    const isForeign = principal.account !== region.account && !isShared(rules, region.account, action);
    const refusal = isForeign ? deniedText(principal.arn, action, resource) : rules.refusal(principal, permission);
    if (refusal !== undefined) return refuse(403, "DENIED", refusal);
  }
  return undefined;
}

function readToken(headers: IncomingHttpHeaders, rules: EcrRules): RegistryToken | undefined {
  const basic = /^basic ([A-Za-z0-9+/=_-]+)$/i.exec(headers.authorization ?? "");
  const credentials = Buffer.from(basic?.[1] ?? "", "base64").toString();
  return credentials.startsWith("AWS:") ? rules.tokens.get(credentials.slice("AWS:".length)) : undefined;
}

function unauthorized(region: EcrRegion): Refusal {
  const challenge = `Basic realm="http://${region.host}/",service="ecr.amazonaws.com"`;
  return text(401, "Not Authorized\n", { "www-authenticate": challenge });
}
