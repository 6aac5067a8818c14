import { readdirSync, readFileSync } from 'node:fs';
import type { ChannelPolicy } from '../../../protocol/channel-name.js';
import type { ClientMessage, MemberData, UserData } from '../../../protocol/messages.js';
import type * as serverCodec from '../../../protocol/server-codec.js';

/** One case of `protocol/vectors/`. */
export interface Vector {
  readonly title: string;
  /** The document and section that says so. */
  readonly source: string;
}

/** A case that is accepted, or why it is not. */
interface Refusable extends Vector {
  readonly refused?: 'malformed' | 'limit';
}

/** What an application signed. */
interface Signed extends Vector {
  readonly socketId: string;
  readonly text: string;
  readonly auth: string;
}

/** The credentials that signed. */
interface Credentials {
  readonly key: string;
  readonly secret: string;
}

interface NameVector extends Vector {
  readonly name: string;
}

interface FrameVector extends Vector {
  readonly frame: string;
}

export interface ServerFrameVector extends FrameVector {
  readonly encoder: keyof typeof serverCodec;
  readonly arguments: readonly unknown[];
}

export interface RequestVector extends Vector {
  readonly method: string;
  readonly path: string;
  readonly pathPrefix: string;
  readonly query: string;
}

/** The files of `protocol/vectors/` and what each holds, beside `about`. */
interface VectorFiles {
  'channel-names.json': {
    readonly vectors: readonly (NameVector & ChannelPolicy)[];
    readonly invalid: readonly NameVector[];
  };
  'channel-signatures.json': Credentials & {
    readonly vectors: readonly (Signed & { readonly channel: string; readonly channelData: string })[];
  };
  'client-frames.json': {
    readonly vectors: readonly (FrameVector & { readonly message: ClientMessage })[];
    readonly refused: readonly (FrameVector & { readonly errorBegins: string })[];
  };
  'php-escaping.json': Credentials & {
    readonly vectors: readonly (Vector & { readonly json: string; readonly php: string })[];
    readonly signatures: readonly (Vector & {
      readonly valid: boolean;
      readonly socketId: string;
      readonly channel: string;
      readonly sent: string;
      readonly signed: string;
      readonly hex: string;
    })[];
  };
  'presence-members.json': {
    readonly vectors: readonly (Refusable & { readonly channelData: string; readonly member?: MemberData })[];
  };
  'request-signatures.json': Credentials & {
    readonly vectors: readonly (RequestVector & { readonly text: string; readonly body?: string })[];
    readonly refused: readonly RequestVector[];
  };
  'server-frames.json': { readonly vectors: readonly ServerFrameVector[] };
  'user-signatures.json': Credentials & {
    readonly vectors: readonly (Signed & { readonly userData: string })[];
  };
  'users.json': {
    readonly vectors: readonly (Refusable & {
      readonly userData: string;
      readonly user?: UserData & { readonly watchlistCut: boolean };
    })[];
  };
}

const FOLDER = new URL('../../../protocol/vectors/', import.meta.url);

/** Names of all vector files. */
export const VECTOR_FILES: readonly string[] = readdirSync(FOLDER);

/** Reads a file of `protocol/vectors/`. */
export function readVectors<F extends keyof VectorFiles>(file: F): VectorFiles[F] {
  // The files are our own, and the tests fail where one has another shape.
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as VectorFiles[F];
}

/** Reads a file of `protocol/vectors/` for what all files share. */
export function readAnyVectors(file: string): Readonly<Record<string, unknown>> {
  // As above: every file is an object.
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Readonly<Record<string, unknown>>;
}
