import { isAnonymous } from "../../dockerhub/allowance.ts";
import { MirrorError } from "../../errors.ts";
import { DOCKER_HUB } from "../../oci/reference.ts";
import type { CommandInput } from "../command.ts";
import { openConnections } from "../connections.ts";
import { createAllowances, type Allowances } from "../allowances.ts";
import { createEventStream } from "../events.ts";
import { EXIT } from "../exit-code.ts";
import { renderKnown } from "../render/cost-text.ts";
import { logRequests } from "../request-log.ts";
import type { Surroundings } from "../surroundings.ts";
import { loadMirrorFile } from "./load.ts";

/** The repository that Docker made for this question (Docker Hub, "Viewing pull rate and limit"). */
const PREVIEW = { repository: "ratelimitpreview/test", tag: "latest" };

/** `quota`: what is left of Docker Hub's allowance, and whose it is. One HEAD, which costs no pull. */
export async function quota(input: CommandInput, surroundings: Surroundings): Promise<number> {
  const file = await loadMirrorFile(input, surroundings);
  if (file === undefined) return EXIT.invalid;
  const events = createEventStream();
  logRequests(input, events, surroundings);
  const allowances = createAllowances(new Map());
  const connections = openConnections(file.sources, allowances, events.emit, surroundings);
  try {
    const source = connections.source(DOCKER_HUB);
    const head = source.headManifest(PREVIEW.repository, PREVIEW.tag, surroundings.signal);
    await head.catch((error: unknown) => {
      // Once nothing is left HEAD is refused too, and says how much of how much: that is the answer.
      const isAnswer = error instanceof MirrorError && error.code === "PULL_LIMIT";
      if (!isAnswer || allowances.reading(DOCKER_HUB) === undefined) throw error;
    });
    const reading = allowances.reading(DOCKER_HUB);
    const hasCredentials = (await connections.credentials.lookup(connections.endpoint(DOCKER_HUB).host)) !== undefined;
    const isUnused = hasCredentials && reading !== undefined && isAnonymous(reading);
    surroundings.out(
      input.options["json"] === true
        ? `${JSON.stringify({ registry: DOCKER_HUB, reading: reading ?? null, credentialsUnused: isUnused }, null, 2)}\n`
        : render(allowances.known(DOCKER_HUB), isUnused),
    );
    return isUnused ? EXIT.failed : EXIT.done;
  } finally {
    await connections.close();
  }
}

function render(known: ReturnType<Allowances["known"]>, isUnused: boolean): string {
  if (known.noReading === "no-limit-named") return "Docker Hub: no pull limit.\n";
  const warning = isUnused
    ? "Credentials for Docker Hub are configured, but were NOT used: the allowance is that of this address.\n"
    : "";
  return `Docker Hub: ${renderKnown(known)}.\n${warning}`;
}
