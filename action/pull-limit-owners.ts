import type { ReportDocument } from "../src/cli/output/report-document.ts";
import { renderWhose } from "../src/cli/render/cost-text.ts";

/**
 * Removes the addresses and accounts that pull limits belong to from the output of apply, because more people can read a
 * job's summary than its log.
 * @param report the file written by `--report` of the same apply, which contains all of them
 */
export function withoutPullLimitOwners(output: string, report: string): string {
  const { pulls = [], plan } = JSON.parse(report) as Partial<ReportDocument>;
  const readings = [...pulls, ...(plan?.costs ?? [])].flatMap(({ reading }) => reading ?? []);
  const owners = readings.map((reading) => renderWhose(reading)).filter((text) => text !== "");
  return owners.reduce((rest, text) => rest.replaceAll(text, ""), output);
}
