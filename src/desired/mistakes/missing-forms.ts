/** The image in examples. */
export const EXAMPLE = "python:3.12-slim";

/** The form of each key that a map can lack. */
const MISSING_FORMS: ReadonlyMap<string, string> = new Map([
  ["version", "version: 1"],
  ["name", "name: my-team, or another name for this mirror file"],
  ["targets", "targets: { main: { ecr: {} } }, or other targets by name"],
  ["mirrors", `mirrors: [{ image: ${EXAMPLE} }], or a list with one entry for each image`],
  ["image", `image: ${EXAMPLE}, or another image`],
  ["registry", "registry: public.ecr.aws/docker, or another registry"],
  ["backup", 'backup: "{tag}-before-{date}"'],
]);

/** Returns the form of a key that is missing or empty; undefined for keys without one. */
export function missingForm(key: string): string | undefined {
  return MISSING_FORMS.get(key);
}
