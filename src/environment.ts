/** Environment variables by name. Only `cli` reads those of the process; everything else gets them passed in. */
export type Environment = Readonly<Record<string, string | undefined>>;
