import { nearest } from "../../nearest.ts";
import { PARTITIONS, type Partition } from "./aws-partitions.ts";

/**
 * The form of a Region: `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`. A Region becomes part of the host that gets
 * signed requests, so a label such as `s3`, under which AWS gives out names to its customers, must not be one.
 */
const REGION = /^[a-z]{2,4}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}$/;

/** Whether a text has the form of an AWS Region. It can be one that mirrorform does not know. */
export function isRegion(text: string): boolean {
  return REGION.test(text);
}

/** Returns the partition of a Region. As in the AWS SDK, a Region of no known partition is in `aws`. */
export function partitionOf(region: string): Partition {
  const found = PARTITIONS.find(({ form }) => form.test(region)) ?? PARTITIONS[0];
  if (found === undefined) throw new Error("there are no partitions");
  return found;
}

const KNOWN: readonly string[] = PARTITIONS.flatMap(({ regions }) => regions);

/** Returns the Region that a text means: `us-east-1` for `US-EAST-1`, `us_east1` or the zone `us-east-1a`. */
export function nearestRegion(text: string): string | undefined {
  const lower = hyphenated(text);
  return zoneRegion(lower) ?? nearest(lower, KNOWN);
}

/** Shows the Region that a text means. */
export function regionHint(text: string): string | undefined {
  const meant = nearestRegion(text);
  if (meant === undefined) return undefined;
  const zone = hyphenated(text);
  return zoneRegion(zone) === undefined
    ? `did you mean "${meant}"?`
    : `write ${meant}: ${zone} is an Availability Zone in it`;
}

function hyphenated(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_]+/g, "-");
}

function zoneRegion(text: string): string | undefined {
  const region = text.slice(0, -1);
  return /[0-9][a-z]$/.test(text) && KNOWN.includes(region) ? region : undefined;
}

/** A Region that mirrorform does not know. */
export interface UnknownRegion {
  message: string;
  hint: string;
}

/**
 * Describes a Region that the AWS SDK does not know, with the nearest known one. Undefined for a known Region. A new
 * Region works before mirrorform knows it, so this is a warning and not an error.
 */
export function unknownRegion(region: string): UnknownRegion | undefined {
  if (KNOWN.includes(region)) return undefined;
  const near = nearestRegion(region);
  return {
    message: `${JSON.stringify(region)} is not a known AWS Region`,
    hint: near === undefined ? "ignore this warning if the Region is new" : `did you mean "${near}"?`,
  };
}
