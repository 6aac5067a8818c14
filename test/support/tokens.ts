import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { onTestFinished } from 'vitest';

/** The secret of HS256 tokens in tests. */
export const JWT_SECRET = 'a-secret-of-tokens-with-32-characters';

export interface TokenOptions {
  /** Seconds until it expires; null leaves `exp` out. */
  readonly expiresIn?: number | null;
  readonly alg?: string;
  readonly secret?: string;
  readonly now?: number;
}

/** A token of a user, signed with a secret. */
export function hmacToken(
  claims: JWTPayload,
  { expiresIn = 3600, alg = 'HS256', secret = JWT_SECRET, now = Date.now() }: TokenOptions = {},
): Promise<string> {
  const token = new SignJWT(claims).setProtectedHeader({ alg });
  if (expiresIn !== null) token.setExpirationTime(Math.floor(now / 1000) + expiresIn);
  return token.sign(new TextEncoder().encode(secret));
}

/** A token that is not signed at all (RFC 7519, 6). */
export function unsignedToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ exp, ...claims })}.`;
}

/** A key pair of who issues tokens. */
export class IssuerKey {
  private constructor(
    readonly kid: string,
    readonly alg: string,
    private readonly privateKey: CryptoKey,
    readonly publicJwk: JWK,
  ) {}

  static async create(kid: string, alg = 'ES256'): Promise<IssuerKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    return new IssuerKey(kid, alg, privateKey, { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
  }

  sign(claims: JWTPayload): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: this.alg, kid: this.kid })
      .setExpirationTime('1h')
      .sign(this.privateKey);
  }
}

/** Serves public keys; it stops when the test ends. */
export class KeyServer {
  keys: readonly IssuerKey[] = [];
  /** What it answers. */
  status = 200;
  /** In place of the keys. */
  body: string | undefined = undefined;
  /** Where a redirect leads. */
  location: string | undefined = undefined;
  /** Takes requests and never answers. */
  isStalled = false;
  requests = 0;
  private readonly server: Server;
  url = '';

  private constructor() {
    this.server = createServer((_request, response) => {
      this.requests++;
      if (this.isStalled) return;
      const { location } = this;
      response.writeHead(this.status, { 'content-type': 'application/json', ...(location && { location }) });
      response.end(this.body ?? JSON.stringify({ keys: this.keys.map(({ publicJwk }) => publicJwk) }));
    });
  }

  static async start(...keys: readonly IssuerKey[]): Promise<KeyServer> {
    const server = new KeyServer();
    server.keys = keys;
    server.server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    server.url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/jwks.json`;
    onTestFinished(() => server.stop());
    return server;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
