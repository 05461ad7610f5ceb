import type { ReportDocument } from "../src/cli/output/report-document.ts";
import { renderWhose } from "../src/cli/render/cost-text.ts";

/**
 * What an apply said, without whose the allowance is: a job's summary has more readers than a log.
 * @param report what the same apply wrote to `--report`: it names every address that the text has
 */
export function unnamed(said: string, report: string): string {
  const { pulls = [], plan } = JSON.parse(report) as Partial<ReportDocument>;
  const readings = [...pulls, ...(plan?.costs ?? [])].flatMap(({ reading }) => reading ?? []);
  const named = readings.map((reading) => renderWhose(reading)).filter((text) => text !== "");
  return named.reduce((left, text) => left.replaceAll(text, ""), said);
}
