import { isSocketId } from '../../../protocol/socket-id.js';
import { signChannelAuth, type SigningKey } from '../../../protocol/signatures.js';
import { HttpError, jsonResponse, type HttpResponse } from '../../http/response.js';

export const TEST_PAGE_AUTH_PATH = '/test.html/auth';

/** Two short fields; a longer body is none of a Pusher client. */
const MAX_BODY_BYTES = 1024;

/** Channels that the gateway's endpoints send to. Whoever may send there by hand may listen there, and nowhere else. */
const GATEWAY_CHANNEL = /^private-(?:system\.notifications$|(?:user|role|stats)\.)/;

/**
 * `POST /test.html/auth`: signs a subscription of the test page, as an application's authorization endpoint does. The
 * caller has shown the gateway's secret.
 *
 * @param body a form with `socket_id` and `channel_name`, as Pusher clients send it
 * @param key of the app; undefined where it has none that is active
 * @throws HttpError 400, 403 or 413
 */
export function testPageAuth(body: Uint8Array, key: SigningKey | undefined): HttpResponse {
  if (body.length > MAX_BODY_BYTES)
    throw new HttpError(413, `Body too large: at most ${MAX_BODY_BYTES} bytes`);
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  const socketId = form.get('socket_id') ?? '';
  const channel = form.get('channel_name') ?? '';
  if (!isSocketId(socketId))
    throw new HttpError(400, 'socket_id must be two numbers with a dot between them');
  if (!GATEWAY_CHANNEL.test(channel)) {
    throw new HttpError(
      403,
      'The test page listens to public channels and to those that the gateway sends to: private-user.*, private-role.*, private-stats.* and private-system.notifications',
    );
  }
  if (key === undefined) throw new HttpError(403, 'The app has no active key');
  return jsonResponse({ auth: signChannelAuth(key, socketId, channel) });
}
