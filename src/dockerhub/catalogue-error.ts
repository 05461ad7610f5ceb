import { MirrorError } from "../errors.ts";
import type { ErrorCode } from "../error-code.ts";
import { parseJsonObject } from "../oci/json-object.ts";
import { plainText } from "../plain-text.ts";
import { PAGE_HINT } from "../registry/errors/web-page-error.ts";
import { withoutMarkup } from "../registry/errors/registry-errors.ts";
import { isErrorPage, NETWORK_SIGN_IN } from "../registry/http/web-page.ts";
import type { CatalogueAnswer } from "./catalogue-request.ts";

/** Returns the status and the words of a response: `403: pagination offset too large for anonymous requests`. */
export function answerOf(response: CatalogueAnswer): string {
  const page = isErrorPage(response) ? " with a web page" : "";
  const words = plainText(wordsOf(response.text));
  return `${response.status}${page}${words === "" ? "" : `: ${words}`}`;
}

/** Docker Hub's own errors have a `message` or a `detail`. */
function wordsOf(text: string): string {
  const { message, detail } = parseJsonObject(text) ?? {};
  return [message, detail].find((each) => typeof each === "string") ?? withoutMarkup(text);
}

/** Creates the error for a failed response of the catalogue. */
export function catalogueError(
  response: CatalogueAnswer,
  subject: { side: "source"; operation: string; reference: string },
): MirrorError {
  const message = `hub.docker.com answered ${answerOf(response)}`;
  const { code, hint } =
    isErrorPage(response) && response.status !== 429 ? pageMeaning(response.status) : meaningOf(response.status);
  return new MirrorError(message, { ...subject, code, hint });
}

const OTHER_SELECTION = "select tags by semver or name, which reads them from the registry";

function meaningOf(status: number): { code: ErrorCode; hint?: string } {
  switch (status) {
    case 401:
      return { code: "UNAUTHORIZED", hint: `${OTHER_SELECTION}; mirrorform does not sign in to the catalogue` };
    case 403:
      return { code: "DENIED", hint: `${OTHER_SELECTION}; mirrorform does not sign in to the catalogue` };
    case 404:
      return {
        code: "REPOSITORY_UNKNOWN",
        hint: `${OTHER_SELECTION}: dates are available for public repositories only`,
      };
    case 429:
      return { code: "TOO_MANY_REQUESTS", hint: `rerun in a few minutes, or ${OTHER_SELECTION}` };
    case NETWORK_SIGN_IN:
      return { code: "UNEXPECTED_RESPONSE", hint: PAGE_HINT };
    default:
      return { code: status >= 500 ? "SERVER_ERROR" : "UNEXPECTED_RESPONSE" };
  }
}

/** Returns the code for a status of the catalogue. */
export function catalogueCode(status: number): ErrorCode {
  return meaningOf(status).code;
}

/** A page can be that of a proxy. */
function pageMeaning(status: number): { code: ErrorCode; hint: string } {
  return { code: catalogueCode(status), hint: PAGE_HINT };
}
