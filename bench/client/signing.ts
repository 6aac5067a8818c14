import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { signChannelAuth, type SigningKey } from '../../protocol/index.js';
import type { AppCredentials } from '../targets/endpoint.js';

/** An app's key, ready to sign many texts. */
export function signingKey({ key, secret }: AppCredentials): SigningKey {
  const secretKey = createSecretKey(Buffer.from(secret));
  return { key, sign: (text) => createHmac('sha256', secretKey).update(text).digest('hex') };
}

/**
 * The path and query of a signed POST, as Pusher's libraries build it.
 *
 * @param path such as `/apps/app-id/events`
 */
export function signedTarget({ key, sign }: SigningKey, path: string, body: string): string {
  const md5 = createHash('md5').update(body).digest('hex');
  const query = `auth_key=${key}&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0&body_md5=${md5}`;
  return `${path}?${query}&auth_signature=${sign(`POST\n${path}\n${query}`)}`;
}

/** `pusher:subscribe` to a channel, signed where its kind asks for it. */
export function subscribeMessage(
  key: SigningKey,
  socketId: string,
  channel: string,
  channelData = '',
): string {
  const isGuarded = channel.startsWith('private-') || channel.startsWith('presence-');
  const data = {
    channel,
    ...(isGuarded && { auth: signChannelAuth(key, socketId, channel, channelData) }),
    ...(channelData !== '' && { channel_data: channelData }),
  };
  return JSON.stringify({ event: 'pusher:subscribe', data });
}
