/**
 * The codes of `pusher:error` and of WebSocket close frames (PROTOCOL.md ERR-1).
 *
 * The range tells a client what to do: 4000–4099 do not come back unchanged, 4100–4199 come back after a second
 * or more, 4200–4299 come back at once, 4300–4399 the connection stays open.
 */
export const ErrorCode = {
  /** The app accepts TLS only. */
  TlsOnly: 4000,
  /** No app has this key. */
  UnknownApp: 4001,
  /** The app is switched off. */
  AppDisabled: 4003,
  /** The app holds as many connections as it may. */
  OverQuota: 4004,
  /** The WebSocket was opened on a path other than `/app/{key}`. */
  PathNotFound: 4005,
  /** The `protocol` parameter is not a number. */
  InvalidVersion: 4006,
  /** The `protocol` parameter names a version that is not spoken here. */
  UnsupportedVersion: 4007,
  /** Origin refused, not authorized in time, or terminated by the application. */
  Unauthorized: 4009,
  /** Overload: handshakes come too fast, the quota is nearly used up, or the client reads too slowly. */
  OverCapacity: 4100,
  /** The node is stopping: reconnect, another one answers. */
  Reconnect: 4200,
  /** Nothing was heard of the client for the idle timeout. */
  PongMissing: 4201,
  /** A client event, message or subscription was refused because the connection sends too many. It stays open. */
  ClientEventRejected: 4301,
  /** The watch list is longer than allowed; its first ids were taken. The connection stays open. */
  WatchListTooLong: 4302,
} as const;

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Standard WebSocket close codes (RFC 6455) that we send ourselves. */
export const CloseCode = {
  /** A frame is longer than the limit. */
  MessageTooBig: 1009,
} as const;
