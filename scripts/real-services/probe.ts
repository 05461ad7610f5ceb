/** What the service did. `unclear` where it did neither what the row says nor its contrary. */
export interface Finding {
  seen: boolean | "unclear";
  /** What came back, in one line without secrets. */
  evidence: string;
}

/** How one row of the quirk table is checked against the real service. */
export interface Probe<Context> {
  /** What it does, for the list that is shown before anything is sent. */
  does: string;
  check(context: Context): Promise<Finding>;
}

/** A row that is not checked, and why. */
export interface NotChecked {
  notChecked: string;
}

/** Every row has a probe or a reason: a new row without either does not compile. */
export type Probes<Name extends string, Context> = Readonly<Record<Name, Probe<Context> | NotChecked>>;

export function isProbe<Context>(entry: Probe<Context> | NotChecked): entry is Probe<Context> {
  return "check" in entry;
}

/** How long a service may take to answer one request. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

/** Sends one request, never twice, never following a redirect. */
export async function send(url: string | URL, init: RequestInit = {}): Promise<Response> {
  return await fetch(url, {
    ...init,
    redirect: "manual",
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS),
  });
}

/** The code of a registry's error body, or the beginning of its text. Shown to a person: control characters go. */
export async function errorText(response: Response): Promise<string> {
  const text = await response.text();
  const code = /"code"\s*:\s*"([A-Z_]+)"/.exec(text)?.[1];
  return code ?? text.slice(0, 60).replace(/[^\x20-\x7e]/g, " ");
}
