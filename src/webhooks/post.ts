import { Agent, request } from 'undici';

/** Sends a request and tells its status; rejects when there was no answer. */
export type Post = (url: string, headers: Record<string, string>, body: string) => Promise<number>;

/** Posts over HTTP with kept-alive connections; redirects are not followed. */
export function createPost(timeoutMs: number): { readonly post: Post; readonly close: () => Promise<void> } {
  const agent = new Agent({
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    post: async (url, headers, body) => {
      const response = await request(url, { method: 'POST', headers, body, dispatcher: agent });
      await response.body.dump();
      return response.statusCode;
    },
    close: () => agent.destroy(),
  };
}
