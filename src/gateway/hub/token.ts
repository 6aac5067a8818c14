import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import { userIdProblem } from '../../../protocol/channel-name.js';
import { parseQuery, queryValue } from '../../../protocol/request-signature.js';
import type { Clock } from '../../clock.js';
import type { Config } from '../../config/schema.js';
import type { HttpRequest } from '../../http/request.js';
import type { Log } from '../../log.js';
import { KeysUnavailableError, RemoteKeys } from './remote-keys.js';

/** Who a token speaks for. */
export interface TokenUser {
  readonly userId: string;
  /** Seconds since 1970: the token is good until then, its leeway included. */
  readonly expiresAt: number;
}

/** The token is not taken. The text says why and holds nothing of the token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** Tokens beyond this are refused unread; heads of requests have 16 KiB in all. */
const MAX_TOKEN_LENGTH = 8192;

/** Checks the tokens (RFC 7519) of users. */
export class TokenVerifier {
  private readonly verify: (token: string, options: JWTVerifyOptions) => Promise<{ payload: JWTPayload }>;
  private readonly options: JWTVerifyOptions;

  constructor(
    private readonly hub: Config['hub'],
    private readonly maxUserIdLength: number,
    private readonly services: { readonly clock: Clock; readonly log: Log },
  ) {
    const { jwtSecret, jwksUrl, jwksCooldownSeconds, issuer, audience } = hub;
    if (jwksUrl !== null) {
      const keys = new RemoteKeys(jwksUrl, jwksCooldownSeconds * 1000, services);
      this.verify = (token, options) => jwtVerify(token, keys.find, options);
    } else {
      const secret = new TextEncoder().encode(jwtSecret ?? '');
      this.verify = (token, options) => jwtVerify(token, secret, options);
    }
    this.options = {
      algorithms: [...(hub.algorithms ?? (jwksUrl === null ? ['HS256'] : ['RS256', 'ES256', 'EdDSA']))],
      requiredClaims: ['exp'],
      clockTolerance: hub.leewaySeconds,
      ...(issuer === null ? {} : { issuer }),
      ...(audience === null ? {} : { audience }),
    };
  }

  /**
   * @throws TokenError when it is not good
   * @throws KeysUnavailableError when that cannot be told
   */
  async check(token: string): Promise<TokenUser> {
    if (token.length > MAX_TOKEN_LENGTH) throw new TokenError('the token is too long');
    const payload = await this.payloadOf(token);
    // `requiredClaims` and the check of its type have seen to it.
    const exp = payload.exp ?? 0;
    return { userId: this.userOf(payload), expiresAt: exp + this.hub.leewaySeconds };
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    try {
      const currentDate = new Date(this.services.clock.now());
      const { payload } = await this.verify(token, { ...this.options, currentDate });
      return payload;
    } catch (cause) {
      throw translated(cause);
    }
  }

  /** The first of the claims that is there; a number beyond 2^53 has lost digits and would name somebody else. */
  private userOf(payload: JWTPayload): string {
    const claim = this.hub.userClaims.find((name) => {
      const value = payload[name];
      return value !== undefined && value !== null;
    });
    if (claim === undefined) throw new TokenError(`the token has none of ${this.hub.userClaims.join(', ')}`);
    const value = payload[claim];
    const id = typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined;
    if (id === undefined || userIdProblem(id, this.maxUserIdLength) !== undefined) {
      throw new TokenError(`the token's ${claim} is no user id`);
    }
    return id;
  }
}

/** What jose says, in words that hold nothing of the token. */
function translated(cause: unknown): Error {
  if (cause instanceof KeysUnavailableError) return cause;
  if (cause instanceof errors.JWTExpired) return new TokenError('the token has expired');
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return new TokenError(
      cause.reason === 'missing'
        ? `the token has no ${cause.claim}`
        : `the token's ${cause.claim} is not accepted`,
    );
  }
  if (cause instanceof errors.JOSEAlgNotAllowed || cause instanceof errors.JOSENotSupported) {
    return new TokenError("the token's algorithm is not accepted");
  }
  if (cause instanceof errors.JWKSNoMatchingKey)
    return new TokenError('the token is signed with an unknown key');
  if (cause instanceof errors.JWKSMultipleMatchingKeys) {
    return new TokenError('the token must name its key (kid), since several fit');
  }
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenError("the token's signature is wrong");
  }
  return new TokenError('the token is not a signed JWT');
}

/** What a JWT looks like: three parts of base64url. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** A token where a client has put it, and the sub-protocol to answer with. */
export interface PresentedToken {
  readonly token: string;
  readonly subprotocol: string;
}

/**
 * Finds the token of a handshake: in `Authorization: Bearer`, among the sub-protocols (browsers can send nothing else
 * beside the URL), or in `?token=`.
 *
 * @returns undefined when there is none
 */
export function presentedToken(request: HttpRequest): PresentedToken | undefined {
  const offered = (request.header('sec-websocket-protocol') ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');
  const inProtocol = offered.find((protocol) => JWT.test(protocol));
  // A browser gives up where none of those it offered is chosen.
  const subprotocol = offered.find((protocol) => protocol !== inProtocol) ?? inProtocol ?? '';
  const bearer = /^bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
  const token = bearer ?? inProtocol ?? queryValue(parseQuery(request.query), 'token') ?? '';
  return token === '' ? undefined : { token, subprotocol };
}
