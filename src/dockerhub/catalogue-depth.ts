import pLimit from "p-limit";

/**
 * Pages of 100 tags that Docker Hub shows to anonymous readers. It answers 403 past the 1,000th tag since August 2026
 * (goharbor/harbor#23819).
 */
export const ANONYMOUS_PAGES = 10;

/** Why the catalogue shows no further pages. */
export class CutOff {
  /** `refused`: not shown to anonymous readers. `throttled`: too many requests. */
  readonly kind: "refused" | "throttled";
  /** The status, and the words of the response. */
  readonly answer: string;

  constructor(kind: CutOff["kind"], answer: string) {
    this.kind = kind;
    this.answer = answer;
  }
}

/** Whether a status refuses a page to an anonymous reader. For the first page, it has another reason. */
export function isPageRefused(status: number | undefined, page: number): boolean {
  return page > 1 && (status === 401 || status === 403);
}

/** Reads pages until one is refused, across all repositories of a run. */
export interface PageReader {
  /**
   * Reads pages concurrently, but the first one past the anonymous limit alone. Asks for no page after a cut-off.
   * @param numbers ascending
   * @param request `canWait`: whether to wait if the catalogue throttles. Not for a page that may never be shown
   * @returns also why pages are missing, now or since earlier in the run
   */
  read<Page>(
    numbers: readonly number[],
    request: (page: number, canWait: boolean) => Promise<Page | CutOff>,
  ): Promise<{ pages: Page[]; cutOff: CutOff | undefined }>;
}

/** Creates a reader. @param concurrency pages requested at the same time for one repository */
export function createPageReader(concurrency: number): PageReader {
  /** The first page that is not shown, and why. */
  let end: { page: number; why: CutOff } | undefined;
  /** Whether the catalogue has shown a page past the anonymous limit. */
  let isDeep = false;
  /** One repository at a time finds out whether deep pages are refused. */
  const probing = pLimit(1);

  return {
    async read<Page>(numbers: readonly number[], request: (page: number, canWait: boolean) => Promise<Page | CutOff>) {
      const read = new Map<number, Page>();
      const ask = async (page: number): Promise<void> => {
        if (end !== undefined && page >= end.page) return;
        const answer = await request(page, page <= ANONYMOUS_PAGES || isDeep);
        if (answer instanceof CutOff) {
          if (end === undefined || page < end.page) end = { page, why: answer };
          return;
        }
        isDeep ||= page > ANONYMOUS_PAGES;
        read.set(page, answer);
      };
      const limit = pLimit(concurrency);
      const askAll = (some: readonly number[]) => Promise.all(some.map((page) => limit(() => ask(page))));
      const [probe, ...deep] = numbers.filter((page) => page > ANONYMOUS_PAGES);
      await askAll(numbers.filter((page) => page <= ANONYMOUS_PAGES));
      if (probe !== undefined) {
        await probing(() => ask(probe));
        await askAll(deep);
      }
      const pages = [...read].toSorted(([one], [other]) => one - other).map(([, page]) => page);
      return { pages, cutOff: pages.length < numbers.length ? end?.why : undefined };
    },
  };
}
