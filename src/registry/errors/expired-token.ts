/** ECR reports an expired token with 403, and ECR Public with 400 (aws/containers-roadmap#2835). */
const EXPIRED = /\btoken (?:included in the request )?(?:has |is )?expired\b/i;

/** Whether an error reports an expired token, whatever status and code it came with. */
export function isExpiredToken(text: string): boolean {
  return EXPIRED.test(text);
}

/** The hint for a token that is refused as expired although it has been renewed. */
export const EXPIRED_TOKEN_HINT =
  "check this machine's clock, and sign in again if the token is from `docker login` or a credential helper: mirrorform asked for a new one, and the registry refused that too";
