import type { IncomingHttpHeaders } from "node:http";

import { refuse, text, type Refusal } from "./answer.ts";
import { deniedText } from "./ecr-error.ts";
import { repositoryArn } from "./ecr-state.ts";
import type { EcrRegion, EcrRules, RegistryToken } from "./ecr-state.ts";
import type { RegistryRequest } from "./registry-policy.ts";
import type { Route } from "./registry-route.ts";

/**
 * Who may do what at a registry's `/v2/`. The password comes from GetAuthorizationToken and is good in its Region
 * only; an unknown or expired one is 401, an action that the principal lacks is 403.
 */
export function refuseAccess(request: RegistryRequest, region: EcrRegion, rules: EcrRules): Refusal | undefined {
  const token = readToken(request.headers, rules);
  const isValid = token !== undefined && token.region === region.region && token.expiresAt > rules.clock();
  if (!isValid) return unauthorized(region);
  const { route } = request;
  if (route.kind === "ping") return undefined;
  const action = actionOf(request.method, route.kind);
  const isForeign = token.principal.account !== region.account;
  if (!isForeign && !rules.isDenied(action)) return undefined;
  return refuse(403, "DENIED", deniedText(token.principal.arn, action, repositoryArn(region, route.name)));
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

/** The IAM action behind a request (ECR user guide, "IAM permissions for pushing" and for pulling). */
function actionOf(method: string, kind: Exclude<Route["kind"], "ping">): string {
  switch (kind) {
    case "manifest":
      if (method === "PUT") return "ecr:PutImage";
      return method === "DELETE" ? "ecr:BatchDeleteImage" : "ecr:BatchGetImage";
    case "blob":
      return method === "HEAD" ? "ecr:BatchCheckLayerAvailability" : "ecr:GetDownloadUrlForLayer";
    case "uploads":
      return "ecr:InitiateLayerUpload";
    case "upload":
      return method === "PUT" ? "ecr:CompleteLayerUpload" : "ecr:UploadLayerPart";
    case "tags":
      return "ecr:ListImages";
    case "referrers":
      return "ecr:BatchGetImage";
  }
}
