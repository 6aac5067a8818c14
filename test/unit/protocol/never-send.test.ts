import { describe, expect, it } from 'vitest';
import { offences } from './never-send.js';

const succeeded = (channel: string, data: unknown) =>
  JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data });

const snapshot = (presence: unknown) => succeeded('presence-x', JSON.stringify({ presence }));

const member = (event: 'member_added' | 'member_removed', data: string) =>
  JSON.stringify({ event: `pusher_internal:${event}`, channel: 'presence-x', data });

describe('offences', () => {
  // Each frame crashed or broke a client: client-transcripts.json neverSend, clients.md 1.7.
  it.each([
    ['a channel frame without data', '{"event":"e","channel":"c"}'],
    ['data of null', '{"event":"e","channel":"c","data":null}'],
    ['data that is an object', '{"event":"e","channel":"c","data":{}}'],
    ['a channel of null', '{"event":"e","channel":null,"data":"{}"}'],
    ['a user_id of null', '{"event":"client-a","channel":"presence-x","data":"{}","user_id":null}'],
    ['a user_id that is a number', '{"event":"client-a","channel":"presence-x","data":"{}","user_id":7}'],
    ['a member that no frame has', '{"event":"e","channel":"c","data":"{}","socket_id":"1.1"}'],
    ['no event', '{"channel":"c","data":"{}"}'],
    ['an array', '[]'],
    ['half of a surrogate pair', '{"event":"e","channel":"c","data":"\ud800"}'],
    [
      'pusher:error with a string',
      '{"event":"pusher:error","data":"{\\"code\\":null,\\"message\\":\\"\\"}"}',
    ],
    ['pusher:error with a string code', '{"event":"pusher:error","data":{"code":"4001","message":""}}'],
    ['pusher:error without a code', '{"event":"pusher:error","data":{"message":""}}'],
    ['pusher:error without a message', '{"event":"pusher:error","data":{"code":4001}}'],
    ['pusher:error with a message of null', '{"event":"pusher:error","data":{"code":4001,"message":null}}'],
    ['pusher:error without data', '{"event":"pusher:error"}'],
    [
      'pusher:error on a channel',
      '{"event":"pusher:error","channel":"c","data":{"code":null,"message":"m"}}',
    ],
    [
      'connection_established with an object',
      '{"event":"pusher:connection_established","data":{"socket_id":"1.1","activity_timeout":30}}',
    ],
    [
      'connection_established without a timeout',
      '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1.1\\",\\"activity_timeout\\":0}"}',
    ],
    [
      'connection_established without a socket id',
      '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"abc\\",\\"activity_timeout\\":30}"}',
    ],
    [
      'connection_established on a channel',
      '{"event":"pusher:connection_established","channel":"c","data":"{\\"socket_id\\":\\"1.1\\",\\"activity_timeout\\":3}"}',
    ],
    ['subscription_succeeded with an object', succeeded('c', {})],
    [
      'subscription_succeeded of an encrypted channel with anything',
      succeeded('private-encrypted-c', '{"a":1}'),
    ],
    ['member_added without user_id', member('member_added', '{"user_info":{}}')],
    ['member_added with a numeric user_id', member('member_added', '{"user_id":7,"user_info":{}}')],
    ['member_added without user_info', member('member_added', '{"user_id":"7"}')],
    ['member_added with a user_info of null', member('member_added', '{"user_id":"7","user_info":null}')],
    [
      'member_added with a user_info that is an array',
      member('member_added', '{"user_id":"7","user_info":[]}'),
    ],
    ['member_removed without user_id', member('member_removed', '{}')],
    ['member_removed with a numeric user_id', member('member_removed', '{"user_id":7}')],
    ['a snapshot without presence', succeeded('presence-x', '{}')],
    ['a snapshot whose presence is an array', snapshot([])],
    ['a snapshot whose hash is an array', snapshot({ count: 0, ids: [], hash: [] })],
    ['a snapshot whose ids are an object', snapshot({ count: 1, ids: { '0': '7' }, hash: { '7': {} } })],
    ['a snapshot with a numeric id', snapshot({ count: 1, ids: [7], hash: { '7': {} } })],
    ['a snapshot with an id that is no key', snapshot({ count: 1, ids: ['8'], hash: { '7': {} } })],
    ['a snapshot with a key that is no id', snapshot({ count: 1, ids: ['7'], hash: { '7': {}, '8': {} } })],
    ['a snapshot with another count', snapshot({ count: 2, ids: ['7'], hash: { '7': {} } })],
    ['a snapshot whose hash holds null', snapshot({ count: 1, ids: ['7'], hash: { '7': null } })],
    ['pusher:ping on a channel', '{"event":"pusher:ping","channel":"c","data":"{}"}'],
    ['pusher:pong on a channel', '{"event":"pusher:pong","channel":"c","data":"{}"}'],
    [
      'subscription_count on an encrypted channel',
      '{"event":"pusher_internal:subscription_count","channel":"private-encrypted-c","data":"{\\"subscription_count\\":1}"}',
    ],
    [
      'subscription_count as a string',
      '{"event":"pusher_internal:subscription_count","channel":"c","data":"{\\"subscription_count\\":\\"1\\"}"}',
    ],
  ])('finds %s (MSG-5)', (_title, frame) => {
    expect(offences(frame)).not.toHaveLength(0);
  });

  it('finds nothing in a good frame', () => {
    expect(offences('{"event":"e","channel":"c","data":"","user_id":"7"}')).toEqual([]);
  });
});
