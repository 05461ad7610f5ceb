/** The notice that an interrupt was received. It has to appear where the user looks, which is the part that is redrawn. */
export interface InterruptNotice {
  /** Shows the notice. */
  show(text: string): void;
  /** Lets `show` show it instead, until the returned function is called. */
  redirect(show: (text: string) => void): () => void;
}

/** @param err writes to standard error, where the notice appears by default */
export function createInterruptNotice(err: (text: string) => void): InterruptNotice {
  let current: (text: string) => void = (text) => err(`\n${text}`);
  return {
    show: (text) => current(text),
    redirect(show) {
      const before = current;
      current = show;
      return () => {
        if (current === show) current = before;
      };
    },
  };
}
