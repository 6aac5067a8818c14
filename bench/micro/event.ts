/** The event of the measures: 200 bytes as a frame, as a payment notice has. */
const DATA = JSON.stringify({ amount: '50.00', text: 'x'.repeat(110) });

export const EVENT = JSON.stringify({ name: 'payment.received', channel: 'news', data: DATA });

/** The frame that its subscribers get. */
export const FRAME = `{"event":"payment.received","channel":"news","data":${JSON.stringify(DATA)}}`;

/** Bytes of the frame on the wire, WebSocket header included. */
export const FRAME_BYTES = FRAME.length + (FRAME.length < 126 ? 2 : 4);
