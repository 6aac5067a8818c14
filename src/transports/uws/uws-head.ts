import type { HttpRequest as UwsRequest } from 'uWebSockets.js-20.51';

/**
 * Reads all header lines of a request, one request after the other. The library's `getHeader` gives the first line of a
 * name alone, and its parser takes heads that RFC 9112 (6.3) tells servers to refuse: of two lengths it takes the first,
 * and any `Transfer-Encoding` for `chunked`. A proxy in front may read them otherwise, and what is the body for one is
 * then a further request for the other.
 */
export class HeadReader {
  /** `Content-Length`; empty where there is none. */
  length = '';
  /** All lines of `X-Forwarded-For` as one list, in their order. */
  forwardedFor = '';
  /** The last line of `X-Forwarded-Proto`, which the nearest proxy wrote. */
  forwardedProto = '';
  private lengths = 0;
  private coding = '';
  private codings = 0;

  /** @param readsForwarded whether what proxies add is wanted */
  constructor(private readonly readsForwarded: boolean) {}

  read(request: UwsRequest): this {
    this.length = this.coding = this.forwardedFor = this.forwardedProto = '';
    this.lengths = this.codings = 0;
    request.forEach(this.take);
    return this;
  }

  /** Whether the body comes in chunks. */
  get isChunked(): boolean {
    return this.codings > 0;
  }

  /** What makes it ambiguous where the request ends; undefined where that is certain. */
  get fault(): string | undefined {
    const { lengths, codings } = this;
    if (codings === 0 && lengths === 0) return undefined;
    if (lengths > 1) return 'Content-Length is given twice';
    if (codings > 1) return 'Transfer-Encoding is given twice';
    if (lengths > 0 && codings > 0) return 'it has both Content-Length and Transfer-Encoding';
    if (codings > 0) {
      return this.coding.toLowerCase() === 'chunked' ? undefined : 'Transfer-Encoding must be chunked';
    }
    return /^\d{1,15}$/.test(this.length) ? undefined : 'Content-Length must be a number of bytes';
  }

  /** The library has names in lower case, and values without the blanks around them. */
  private readonly take = (name: string, value: string): void => {
    switch (name) {
      case 'content-length':
        this.length = value;
        this.lengths++;
        break;
      case 'transfer-encoding':
        this.coding = value;
        this.codings++;
        break;
      case 'x-forwarded-for':
        if (this.readsForwarded) this.forwardedFor += this.forwardedFor === '' ? value : `, ${value}`;
        break;
      case 'x-forwarded-proto':
        if (this.readsForwarded) this.forwardedProto = value;
        break;
    }
  };
}

/** Whether a handshake announces a body, which would be read as frames. */
export function hasBody(req: UwsRequest): boolean {
  const length = req.getHeader('content-length');
  return (length !== '' && length !== '0') || req.getHeader('transfer-encoding') !== '';
}
