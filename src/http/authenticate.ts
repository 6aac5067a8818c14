import { hash } from 'node:crypto';
import { Limits } from '../../protocol/limits.js';
import {
  parseQuery,
  queryValue,
  readUsualQuery,
  requestText,
  signedTexts,
} from '../../protocol/request-signature.js';
import { isSameHex } from '../../protocol/signatures.js';
import type { App } from '../apps/app.js';
import type { HttpRequest } from './request.js';
import { HttpError } from './response.js';

/**
 * Checks that an app signed a request (PROTOCOL.md SIGN-1 to SIGN-7). The signature covers the query alone, so the body
 * may still be on its way; {@link checkBody} compares it with the result.
 *
 * @param pathPrefix the configured one, which some libraries sign and others do not
 * @param nowSeconds since 1970
 * @returns the signed `body_md5`; undefined where the query has none
 * @throws HttpError 401 that says what is wrong
 */
export function authenticate(
  request: HttpRequest,
  app: App,
  pathPrefix: string,
  nowSeconds: number,
): string | undefined {
  const usual = readUsualQuery(request.query);
  if (usual !== undefined && isSignedAsUsual(request, usual, app, nowSeconds)) return usual.bodyMd5;
  return authenticateAny(request, app, pathPrefix, nowSeconds);
}

type UsualQuery = NonNullable<ReturnType<typeof readUsualQuery>>;

/** Whether the request is signed in the usual way; one that is not may still be right in another. */
function isSignedAsUsual(
  { method, path }: HttpRequest,
  usual: UsualQuery,
  app: App,
  nowSeconds: number,
): boolean {
  const key = app.keys.get(usual.key);
  return (
    key !== undefined &&
    isTimely(usual.timestamp, nowSeconds) &&
    isSameHex(key.sign(`${method}\n${path}\n${usual.signedQuery}`), usual.signature)
  );
}

/** Takes every form that is allowed, and says what is wrong with the others. */
function authenticateAny(
  request: HttpRequest,
  app: App,
  pathPrefix: string,
  nowSeconds: number,
): string | undefined {
  const parameters = parseQuery(request.query);
  const keyName = queryValue(parameters, 'auth_key');
  if (keyName === undefined || keyName === '') throw new HttpError(401, 'Missing parameter: auth_key');
  // The key has to belong to the app of the path, not just to any.
  const key = app.keys.get(keyName);
  if (key === undefined) throw unknownKey(keyName);
  checkVersion(queryValue(parameters, 'auth_version'));
  checkTimestamp(queryValue(parameters, 'auth_timestamp'), nowSeconds);

  const signature = queryValue(parameters, 'auth_signature') ?? '';
  const { method, path } = request;
  const expected = requestText(method, path, parameters);
  const isSigned = (text: string) => isSameHex(key.sign(text), signature);
  // The other texts are only worked out for those who signed otherwise.
  if (!isSigned(expected) && !some(signedTexts({ method, path, parameters }, pathPrefix), isSigned)) {
    const what = 'Invalid signature: check REVERB_APP_SECRET or PUSHER_APP_SECRET of the caller';
    throw new HttpError(
      401,
      `Invalid signature: you should have sent HmacSHA256Hex(${JSON.stringify(expected.slice(0, 2000))}, your_secret_key), but you sent ${JSON.stringify(signature.slice(0, 100))}; check REVERB_APP_SECRET or PUSHER_APP_SECRET`,
      [],
      what,
    );
  }
  return queryValue(parameters, 'body_md5');
}

/**
 * SIGN-7: the name of the key shows which of several applications is set up wrongly. It is not in the log's reason, since it
 * may be a secret in the place of the key.
 */
export function unknownKey(key: string): HttpError {
  const text = 'Unknown auth_key';
  return new HttpError(401, `${text}: ${JSON.stringify(key.slice(0, 100))}`, [], text);
}

function some<T>(values: Iterable<T>, test: (value: T) => boolean): boolean {
  for (const value of values) if (test(value)) return true;
  return false;
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || version === '') throw new HttpError(401, 'Version required');
  if (version !== '1.0') throw new HttpError(401, 'Version not supported');
}

/** SIGN-3: less than 600 seconds off, in both directions. */
function isTimely(timestamp: string, nowSeconds: number): boolean {
  return Math.abs(Number(timestamp) - nowSeconds) < Limits.timestampToleranceSeconds;
}

function checkTimestamp(timestamp: string | undefined, nowSeconds: number): void {
  if (timestamp === undefined || !/^\d{1,15}$/.test(timestamp))
    throw new HttpError(401, 'Timestamp required');
  if (isTimely(timestamp, nowSeconds)) return;
  throw new HttpError(
    401,
    `Timestamp expired: Given timestamp (${isoTime(Number(timestamp))}) not within ${Limits.timestampToleranceSeconds}s of server time (${isoTime(nowSeconds)})`,
  );
}

function isoTime(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z');
}

/**
 * SIGN-2: compares a body with the `body_md5` that was signed. Python sends the MD5 of nothing on GET; where it is given
 * it has to be right.
 *
 * @throws HttpError 401 that says what is wrong
 */
export function checkBody(body: Uint8Array, md5: string | undefined): void {
  if (md5 === undefined) {
    if (body.length === 0) return;
    throw new HttpError(401, 'Missing parameter: body_md5 (required when the request has a body)');
  }
  if (!isSameHex(hash('md5', body), md5)) {
    throw new HttpError(401, 'Invalid body_md5: it is not the MD5 of the body that arrived');
  }
}
