import { json, refuse, type Answer } from "../http/answer.ts";
import type { RegistryContext } from "./registry-context.ts";
import type { Repository } from "./registry-store.ts";

/** Answers `tags/list` in lexical order, with `n`, `last` and `Link` (distribution-spec, "Listing Tags"). */
export function listTags(context: RegistryContext, repository: Repository): Answer {
  const { policy, request } = context;
  const own = policy.listTags?.(repository, request);
  if (own !== undefined) return own;
  const requested = request.query.get("n");
  if (requested !== null && !/^\d{1,9}$/.test(requested)) {
    return refuse(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested");
  }
  const size = Math.min(requested === null ? policy.tagPage.default : Number(requested), policy.tagPage.max);
  const last = request.query.get("last") ?? "";
  const rest = [...repository.tags.keys()].toSorted().filter((tag) => tag > last);
  const page = rest.slice(0, size);
  const final = page.at(-1);
  const link =
    final === undefined || page.length === rest.length
      ? {}
      : { link: `</v2/${repository.name}/tags/list?n=${size}&last=${encodeURIComponent(final)}>; rel="next"` };
  return json(200, { name: repository.name, tags: page }, link);
}
