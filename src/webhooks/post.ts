import { Agent, request } from 'undici';
import { decodePercent } from '../../protocol/request-signature.js';

/** Sends a request and tells its status; rejects when there was no answer. */
export type Post = (url: string, headers: Record<string, string>, body: string) => Promise<number>;

/**
 * Posts over HTTP with kept-alive connections; redirects are not followed.
 *
 * @param timeoutMs until the answer has to begin; what has not come of it by then is not waited for
 */
export function createPost(timeoutMs: number): { readonly post: Post; readonly close: () => Promise<void> } {
  const agent = new Agent();
  return {
    post: async (url, headers, body) => {
      const response = await request(url, {
        method: 'POST',
        headers: { ...basicAuthorization(url), ...headers },
        body,
        dispatcher: agent,
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body.dump();
      return response.statusCode;
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
