import { createRequire } from 'node:module';
import type * as Uws from 'uWebSockets.js-20.51';

/** The library as a whole; both versions have the parts that are used. */
export type UwsLibrary = typeof Uws;

/** The loaded library, or why none loads. */
export type LoadedUws =
  | { readonly library: UwsLibrary; readonly version: string }
  | { readonly library: undefined; readonly reason: string };

/** Aliases in package.json with their versions, the newest first: each covers other versions of Node and of glibc. */
const ALIASES = [
  ['uWebSockets.js', '20.69.0'],
  ['uWebSockets.js-20.51', '20.51.4'],
] as const;

/**
 * Bytes of a request's head, as many as Node allows. The library's own 4096 are too few for the handshake of a page
 * whose site sets some cookies.
 */
const MAX_HEAD_BYTES = 16_384;

/** Loads the first version whose binary fits this machine. */
export function loadUws(): LoadedUws {
  // The library reads this when it is loaded, and has no other way to be told.
  process.env['UWS_HTTP_MAX_HEADERS_SIZE'] ??= String(MAX_HEAD_BYTES);
  const require = createRequire(import.meta.url);
  const reasons: string[] = [];
  for (const [alias, version] of ALIASES) {
    try {
      const binary = binaryVersion(createRequire(require.resolve(alias)));
      if (binary !== version) throw new Error(`its binary for this Node is of ${binary}`);
      // Its shape is that of the older version's type declarations, the smaller set.
      return { library: require(alias) as UwsLibrary, version };
    } catch (error) {
      const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      reasons.push(`${version}: ${message}`);
    }
  }
  return { library: undefined, reason: reasons.join('; ') };
}

/**
 * The version of the binary that a wrapper would load. Both wrappers look for the same package name, so one may find
 * the other's.
 */
function binaryVersion(require: NodeJS.Require): string {
  const node = process.versions.node.split('.')[0] ?? '';
  const name = `@uwsjs/${process.platform}-${process.arch}-${node}/package.json`;
  return (require(name) as { version: string }).version;
}
