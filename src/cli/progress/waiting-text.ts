import { abbreviateDigests } from "../../oci/digest.ts";
import { DOCKER_HUB } from "../../oci/reference.ts";
import { terminalText } from "../../plain-text.ts";
import { plural } from "../render/text/units.ts";
import type { Waiting } from "./waits.ts";

/** Renders `waiting for source ghcr.io for 12 s (GET /v2/team/app/blobs/sha256:0123456789ab…)`. */
export function waitingText(waiting: Waiting): string {
  const seconds = `${Math.ceil(waiting.milliseconds / 1000)} s`;
  if (waiting.kind === "pulls") {
    const name = waiting.registry === DOCKER_HUB ? "Docker Hub" : waiting.registry;
    return terminalText(`waiting for ${name} pulls: ${waiting.pulls} more needed, asking again in ${seconds}`);
  }
  const { side, others } = waiting;
  const host = side === "source" || side === "target" ? `${side} ${waiting.host}` : waiting.host;
  const request = abbreviateDigests(waiting.request);
  const more = others === 0 ? "" : `, and for ${plural(others, "other host")}`;
  return terminalText(
    waiting.kind === "answer"
      ? `waiting for ${host} for ${seconds} (${request})${more}`
      : `asking ${host} again in ${seconds} after ${waiting.reason} (${request})${more}`,
  );
}
