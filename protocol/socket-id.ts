/**
 * A connection's id: two unsigned integers joined by a dot, as every server library checks it (PROTOCOL.md CONN-3).
 */
export type SocketId = string;

const SOCKET_ID = /^\d+\.\d+$/;

/** Whether `value` has the form of a socket id; says nothing about whether such a connection exists. */
export function isSocketId(value: string): value is SocketId {
  return value.length <= 40 && SOCKET_ID.test(value);
}

/** Each half of a socket id is drawn from 1…`SOCKET_ID_MAX`: it fits 32 bits and has no leading zero. */
export const SOCKET_ID_MAX = 999_999_999;

/**
 * Builds a socket id from two numbers in 1…{@link SOCKET_ID_MAX}; drawing them unpredictably is the caller's part.
 */
export function formatSocketId(first: number, second: number): SocketId {
  return `${first}.${second}`;
}
