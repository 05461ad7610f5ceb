/** Environment variables by name, passed in; nothing below cli reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;
