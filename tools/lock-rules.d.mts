/** The parts of package-lock.json (version 3) that the rules read. */
export interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string;
        readonly integrity?: string;
        readonly resolved?: string;
        readonly license?: string;
        readonly link?: boolean;
        readonly inBundle?: boolean;
        readonly dev?: boolean;
      }
    >
  >;
}

export function lockFaults(lock: Lock): { readonly faults: string[]; readonly unhashed: string[] };
export function licenceFaults(lock: Lock): string[];
export function auditFindings(text: string): {
  readonly skipped?: string;
  readonly summary?: string;
  readonly faults: string[];
};
