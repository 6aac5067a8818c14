import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../protocol/error-codes.js';
import { ProtocolError, SubscriptionError } from '../../../protocol/protocol-error.js';

describe('ProtocolError', () => {
  it('has no code unless it is given one (ERR-2)', () => {
    expect(new ProtocolError('no')).toMatchObject({ name: 'ProtocolError', message: 'no', code: null });
    expect(new ProtocolError('no', ErrorCode.ClientEventRejected).code).toBe(4301);
    expect(new ProtocolError('no', ErrorCode.WatchListTooLong).code).toBe(4302);
  });

  it('takes no code that makes clients hang up (ERR-2)', () => {
    // The compiler is the test: the directives are errors themselves where nothing is refused.
    // @ts-expect-error -- 4000 to 4099 end a connection for good
    expect(new ProtocolError('no', ErrorCode.Unauthorized)).toBeInstanceOf(Error);
    // @ts-expect-error -- Pysher hangs up on 4200 to 4299
    expect(new ProtocolError('no', ErrorCode.Reconnect)).toBeInstanceOf(Error);
  });
});

describe('SubscriptionError', () => {
  it('names channel, type and status and has no code (SUB-4)', () => {
    const error = new SubscriptionError('private-x', 'AuthError', 401, 'no');
    expect(error).toMatchObject({
      channel: 'private-x',
      type: 'AuthError',
      status: 401,
      message: 'no',
      code: null,
    });
    expect(error).toBeInstanceOf(ProtocolError);
  });
});
