import { Agent, request } from 'undici';
import { decodePercent } from '../../protocol/request-signature.js';
import type { Clock } from '../clock.js';

/** Sends a request and tells its status; rejects when there was no answer. */
export type Post = (url: string, headers: Record<string, string>, body: string) => Promise<number>;

/** An endpoint that did not begin to answer in time. */
export class PostTimeout extends Error {
  constructor(milliseconds: number) {
    super(`timeout: no answer within ${milliseconds / 1000} seconds`);
  }
}

/**
 * Posts over HTTP with kept-alive connections; redirects are not followed.
 *
 * @param timeoutMs until the answer has to begin; what has not come of it by then is not waited for
 */
export function createPost(
  timeoutMs: number,
  clock: Pick<Clock, 'after'>,
): { readonly post: Post; readonly close: () => Promise<void> } {
  const agent = new Agent();
  return {
    post: async (url, headers, body) => {
      // A timer of our own: one that only an AbortSignal knows may be collected as garbage before it fires.
      const controller = new AbortController();
      const timer = clock.after(timeoutMs, () => {
        controller.abort(new PostTimeout(timeoutMs));
      });
      try {
        const response = await request(url, {
          method: 'POST',
          headers: { ...basicAuthorization(url), ...headers },
          body,
          dispatcher: agent,
          signal: controller.signal,
        });
        await response.body.dump();
        return response.statusCode;
      } finally {
        timer.cancel();
      }
    },
    close: () => agent.destroy(),
  };
}

/** The user and password of a URL, which undici leaves out of the request. */
function basicAuthorization(url: string): Record<string, string> {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return {};
  const credentials = `${decodePercent(username)}:${decodePercent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
