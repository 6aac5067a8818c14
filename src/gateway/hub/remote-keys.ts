import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { withDeadline, type Clock } from '../../clock.js';
import type { Log } from '../../log.js';

/** Whether a token can be checked cannot be told: the keys could not be fetched. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

/** What the keys work with. */
export interface RemoteKeysServices {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
}

/** Keys of this age are fetched again, so that one that was withdrawn is not taken for long. */
export const FRESH_MS = 600_000;

/** While no newer ones can be had, keys are good until this age: an outage of who issues tokens shuts nobody out. */
export const USABLE_MS = 3_600_000;

/** Between two fetches of which the first failed, however many tokens come. */
export const RETRY_MS = 1000;

const FETCH_TIMEOUT_MS = 5000;

/** A set of keys has some kilobytes. */
const MAX_BYTES = 1_048_576;

const OUTAGE_LOG_MS = 10_000;

/** Public keys of tokens from a URL (JWKS, RFC 7517). One fetch at a time, and a bounded number in any time. */
export class RemoteKeys {
  private keys: JWTVerifyGetKey | undefined = undefined;
  private fetchedAtMs = -Infinity;
  private triedAtMs = -Infinity;
  private loggedAtMs = -Infinity;
  /** Why the last fetch failed; undefined where it did not. */
  private failure: KeysUnavailableError | undefined = undefined;
  /** Never rejects. */
  private underWay: Promise<void> | undefined = undefined;

  constructor(
    private readonly url: string,
    /** Between two fetches for a key that is not known. */
    private readonly cooldownMs: number,
    private readonly services: RemoteKeysServices,
    /** From the request to the end of its answer. */
    private readonly fetchTimeoutMs = FETCH_TIMEOUT_MS,
  ) {}

  /**
   * Finds the key of a token.
   *
   * @throws JOSEError where none fits, which is the token's fault
   * @throws KeysUnavailableError where that cannot be told
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.ageMs >= FRESH_MS) {
      const refreshed = this.refresh(RETRY_MS);
      // In an outage nobody waits for it but who has to.
      if (this.failure === undefined || !this.isUsable) await refreshed;
    }
    try {
      return await this.known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.refresh(Math.max(this.cooldownMs, this.failure === undefined ? 0 : RETRY_MS));
    try {
      return await this.known(header, token);
    } catch (error) {
      // The key may be a new one.
      throw this.failure ?? error;
    }
  };

  private get ageMs(): number {
    return this.services.clock.monotonic() - this.fetchedAtMs;
  }

  private get isUsable(): boolean {
    return this.keys !== undefined && this.ageMs < USABLE_MS;
  }

  private readonly known: JWTVerifyGetKey = async (header, token) => {
    if (this.keys === undefined || !this.isUsable) {
      throw this.failure ?? new KeysUnavailableError('the keys of tokens have not been fetched');
    }
    try {
      return await this.keys(header, token);
    } catch (cause) {
      const isOfToken =
        cause instanceof errors.JWKSNoMatchingKey ||
        cause instanceof errors.JWKSMultipleMatchingKeys ||
        cause instanceof errors.JOSENotSupported;
      if (isOfToken) throw cause;
      const failure = new KeysUnavailableError('a key of tokens cannot be used', { cause });
      this.report(failure, 'its tokens are refused');
      throw failure;
    }
  };

  /** Fetches unless that was tried within the pause; one that is under way is waited for. */
  private async refresh(pauseMs: number): Promise<void> {
    if (this.underWay === undefined) {
      const nowMs = this.services.clock.monotonic();
      if (nowMs - this.triedAtMs < pauseMs) return;
      this.triedAtMs = nowMs;
      this.underWay = this.load().finally(() => {
        this.underWay = undefined;
      });
    }
    await this.underWay;
  }

  private async load(): Promise<void> {
    try {
      // createLocalJWKSet checks the shape.
      this.keys = createLocalJWKSet((await this.fetchJson()) as JSONWebKeySet);
      this.fetchedAtMs = this.services.clock.monotonic();
      this.failure = undefined;
    } catch (cause) {
      this.failure = new KeysUnavailableError('the keys of tokens cannot be fetched', { cause });
      this.report(this.failure, this.isUsable ? 'the former ones are used' : 'hub connections are refused');
    }
  }

  private fetchJson(): Promise<unknown> {
    return withDeadline(this.fetchTimeoutMs, (signal) => fetchJson(this.url, signal));
  }

  /** Every handshake may meet it, so it is told once in a while. */
  private report(failure: KeysUnavailableError, consequence: string): void {
    const nowMs = this.services.clock.monotonic();
    if (nowMs - this.loggedAtMs < OUTAGE_LOG_MS) return;
    this.loggedAtMs = nowMs;
    const { log } = this.services;
    log.error({ err: failure, consequence }, 'look at hub.jwksUrl (PREGON_HUB_JWKS_URL)');
  }
}

async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json, application/jwk-set+json' },
    signal,
  });
  if (response.status !== 200) throw new Error(`answered with status ${response.status}`);
  return JSON.parse(await boundedText(response)) as unknown;
}

/** Leaving the loop cancels the rest of the body. */
async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // undici's types, which name the chunks, are not those of the global fetch.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`answered with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
