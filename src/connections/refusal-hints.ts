import { ErrorCode } from '../../protocol/error-codes.js';
import type { SubscriptionError } from '../../protocol/protocol-error.js';

/** What an operator can do about a refused handshake, by its code. */
export const HANDSHAKE_HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  [ErrorCode.TlsOnly]:
    "behind a proxy that ends TLS, name it in server.trustedProxies (PREGON_TRUSTED_PROXIES) and let it send X-Forwarded-Proto; or set the app's requireTls to false",
  [ErrorCode.UnknownApp]:
    'compare the key that the page was built with (VITE_REVERB_APP_KEY, VITE_PUSHER_APP_KEY) with REVERB_APP_KEY here',
  [ErrorCode.AppDisabled]: "the app's setting enabled is false",
  [ErrorCode.OverQuota]: "the app's maxConnections sets the limit",
  [ErrorCode.PathNotFound]:
    'clients connect to /app/{key}; where a proxy or the client puts a path in front of it, set REVERB_SERVER_PATH',
  [ErrorCode.Unauthorized]:
    "add its host to the app's allowedOrigins (PREGON_APP_ALLOWED_ORIGINS, REVERB_ALLOWED_ORIGINS)",
  [ErrorCode.OverCapacity]:
    "the app's maxHandshakesPerSecond sets the limit; if this is the address of a proxy, name it in server.trustedProxies (PREGON_TRUSTED_PROXIES)",
};

/** The hint where a client shows a secret as its key. */
export const KEY_IS_SECRET =
  "the client uses an app's secret as its key: give the page the key, and replace the secret, which its users can read";

/** What an operator can do about a refused subscription. */
export function subscriptionHint({ type, message }: SubscriptionError): string | undefined {
  if (type !== 'AuthError') return undefined;
  if (message.startsWith('Invalid signature')) {
    return "the application signs with another secret: compare its REVERB_APP_SECRET or PUSHER_APP_SECRET with the app's here";
  }
  if (message.startsWith('Invalid key')) {
    return "the application signs with another key: compare its REVERB_APP_KEY or PUSHER_APP_KEY with the app's here";
  }
  if (message.startsWith('Auth info required')) {
    return 'the client sends no auth: does its authEndpoint (/broadcasting/auth) answer?';
  }
  return undefined;
}
