/**
 * Reading and writing settings by path (`server.port`, `apps.0.secret`) in a tree of plain values.
 */
export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function getPath(tree: unknown, path: string): unknown {
  let value = tree;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    // Both arrays and objects are read by name here.
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

export function setPath(tree: Tree, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? path;
  let branch = tree;
  for (const name of names) {
    const next = (branch[name] ??= {});
    // Something else stands there, which the schema will refuse.
    if (!isTree(next)) return;
    branch = next;
  }
  branch[last] = value;
}

/** What is kept for a path or, failing that, for the nearest setting that it stands in. */
export function nearest<T>(
  byPath: ReadonlyMap<string, T>,
  path: string,
): { readonly path: string; readonly value: T } | undefined {
  for (let outer = path; outer !== ''; outer = outer.slice(0, Math.max(0, outer.lastIndexOf('.')))) {
    const value = byPath.get(outer);
    if (value !== undefined) return { path: outer, value };
  }
  return undefined;
}

/** Freezes a value and all within it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

/** The paths of all values that hold no further settings; an array of plain values is one value. */
export function leaves(value: unknown, path = ''): string[] {
  if (Array.isArray(value) ? value.every((item) => typeof item !== 'object') : !isTree(value)) return [path];
  return Object.entries(value as object).flatMap(([name, inner]) =>
    leaves(inner, path === '' ? name : `${path}.${name}`),
  );
}
