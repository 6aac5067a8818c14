import { PostTimeout } from './post.js';

/** Error codes of a request, and what an operator should read. */
const REASONS: readonly (readonly [codes: RegExp, reason: string])[] = [
  [/^ECONNREFUSED$/, 'connection refused: nothing listens there'],
  [/^(?:ENOTFOUND|EAI_AGAIN|EAI_\w+)$/, 'its name cannot be resolved'],
  [/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'it closed the connection without an answer'],
  [/^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timeout: it cannot be reached in time'],
  [/^(?:EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'there is no route to it'],
  [/^(?:EMFILE|ENFILE)$/, 'this process has no file descriptor left'],
];

/** Codes of OpenSSL and of Node's check of host names. */
const TLS_CODES =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

/** What is wrong with an answer, or undefined where the request is delivered (PROTOCOL.md HOOK-4). */
export function statusProblem(status: number): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) return `it answered ${status}: redirects are not followed`;
  return `it answered ${status}`;
}

/**
 * Why a request had no answer, in words for the log. Neither the address nor anything of the request is part of it, since
 * both may hold secrets; the error's own text is used only where its code is unknown or tells of a certificate.
 */
export function failureReason(error: unknown): string {
  if (error instanceof PostTimeout) return error.message;
  if (!(error instanceof Error)) return 'the request failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error.name === 'HTTPParserError') return `its answer is no HTTP: ${firstLine(error.message)}`;
  if (TLS_CODES.test(code)) return `TLS: ${tlsReason(error)} (${code})`;
  const known = REASONS.find(([codes]) => codes.test(code));
  if (known !== undefined) return `${known[1]} (${code})`;
  return code === '' ? firstLine(error.message) : `the request failed (${code})`;
}

/** OpenSSL's own texts name its source files; Node keeps the words among them apart. */
function tlsReason(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : firstLine(error.message);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, MAX_LENGTH) ?? '';
}

const MAX_LENGTH = 200;
