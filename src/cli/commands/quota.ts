import { lstatSync } from "node:fs";

import type { MirrorFile } from "../../desired/mirror-file.ts";
import { isAnonymous } from "../../dockerhub/pull-limit-headers.ts";
import { limitSourceOf, type ReportedLimit } from "../../dockerhub/limit-info.ts";
import { MirrorError } from "../../errors.ts";
import { DOCKER_HUB } from "../../oci/reference.ts";
import { DEFAULT_FILE } from "../options/common-options.ts";
import type { QuotaInput } from "../definitions/quota.ts";
import { openConnections } from "../../run/connections.ts";
import { createPullBudgets } from "../../run/pull-budgets.ts";
import { followReading } from "../progress/follow-reading.ts";
import { createEventStream } from "../output/event-stream.ts";
import { EXIT } from "../process/exit-code.ts";
import { renderLeft, renderWhose } from "../render/cost-text.ts";
import { formatWindow } from "../render/text/units.ts";
import { logRequests } from "../output/request-log.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { loadMirrorFile } from "../input/load-mirror-file.ts";

/** The repository that Docker provides for this (Docker Docs, "Pull usage and limits"). */
const PREVIEW = { repository: "ratelimitpreview/test", tag: "latest" };

/**
 * Runs `quota`: shows the remaining pulls at Docker Hub, and whose they are. Sends one HEAD, which uses no pulls.
 * @returns 1 if the response does not mention a pull limit
 */
export async function quota(input: QuotaInput, context: ProcessContext): Promise<number> {
  const sources = await sourcesOf(input, context);
  if (sources === undefined) return EXIT.invalid;
  const events = createEventStream();
  await logRequests(input, events, context);
  const pullBudgets = createPullBudgets(new Map(), context.environment);
  const connections = openConnections(sources, pullBudgets, events.emit, context);
  try {
    const source = connections.source(DOCKER_HUB);
    const progress = followReading(input, events, context);
    const head = source.headManifest(PREVIEW.repository, PREVIEW.tag, context.signal).finally(() => progress.end());
    await head.catch((error: unknown) => {
      // At the pull limit, HEAD is refused too. Its headers still have the numbers.
      const hasReachedLimit = error instanceof MirrorError && error.code === "PULL_LIMIT";
      if (!hasReachedLimit || pullBudgets.reading(DOCKER_HUB) === undefined) throw error;
    });
    const reported = pullBudgets.reportedLimit(DOCKER_HUB);
    const credential = await connections.credentials.lookup(connections.endpoint(DOCKER_HUB).host);
    const isUnused = credential !== undefined && reported !== undefined && isAnonymous(limitSourceOf(reported));
    const account = credential !== undefined && "username" in credential ? credential.username : undefined;
    const text = () => renderLimit(reported, context.isTerminal ? account : undefined);
    context.out(input.json ? document(reported, isUnused) : `${text()}${isUnused ? UNUSED : ""}`);
    return isUnused || reported === undefined ? EXIT.failed : EXIT.done;
  } finally {
    await connections.close();
  }
}

/** Works without a mirror file, which only sets how to reach Docker Hub. Undefined if the file is not valid. */
async function sourcesOf(input: QuotaInput, context: ProcessContext): Promise<MirrorFile["sources"] | undefined> {
  if (input.file === DEFAULT_FILE && lstatSync(input.file, { throwIfNoEntry: false }) === undefined) return new Map();
  return (await loadMirrorFile(input, context))?.sources;
}

const UNUSED =
  "WARNING: Docker Hub credentials are configured but were NOT used: the pull limit is that of this address.\n";

function document(reported: ReportedLimit | undefined, credentialsUnused: boolean): string {
  const all = {
    registry: DOCKER_HUB,
    reading: reported?.kind === "reading" ? reported.reading : null,
    /** What could be read if the remaining pulls could not: the limit, its window and its owner. */
    claim: reported?.kind === "unread" ? reported.claim : null,
    unlimited: reported?.kind === "unlimited",
    credentialsUnused,
  };
  return `${JSON.stringify(all, null, 2)}\n`;
}

/**
 * Renders the reported limit as text.
 * @param account name of the account. Only for a terminal, because other output is kept and read by more people
 */
function renderLimit(reported: ReportedLimit | undefined, account: string | undefined): string {
  if (reported === undefined)
    return "Docker Hub: the response does not mention a pull limit; remaining pulls unknown.\n";
  const whose = renderWhose(limitSourceOf(reported), account);
  switch (reported.kind) {
    case "reading":
      return `Docker Hub: ${renderLeft(reported.reading)}${whose}.\n`;
    case "unlimited":
      return `Docker Hub: no pull limit reported${whose}.\n`;
    case "unread": {
      const { limit, windowSeconds } = reported.claim;
      const window = windowSeconds === undefined ? "" : ` in a ${formatWindow(windowSeconds)} window`;
      const pulls = limit === undefined ? "the pull limit cannot be read" : `${limit} pulls${window}`;
      return `Docker Hub: ${pulls}; remaining pulls unknown${whose}.\n`;
    }
  }
}
