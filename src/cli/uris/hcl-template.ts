/** Escapes template sequences of HCL, which evaluates them even in JSON. */
export function literalTemplate(text: string): string {
  return text.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}
