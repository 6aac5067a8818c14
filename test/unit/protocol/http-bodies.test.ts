import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBatchBody, parseTriggerBody, triggerChannels } from '../../../protocol/http-bodies.js';
import { anyText, jsonValue, objectText } from './arbitraries.js';

const EVENT = { name: 'e', channel: 'c', data: '{}' };

/** A body as the server reads it: parsed, and the text it was parsed from. */
function trigger(json: string) {
  return parseTriggerBody(JSON.parse(json), json);
}

function batch(json: string) {
  return parseBatchBody(JSON.parse(json), json);
}

describe('parseTriggerBody', () => {
  it.each([
    ['one channel, as PHP', EVENT],
    ['several channels', { name: 'e', channels: ['a', 'b'], data: '{}' }],
    ['a socket id and info', { ...EVENT, socket_id: '1.1', info: 'user_count' }],
    ['a malformed socket id (API-4)', { ...EVENT, socket_id: '123123' }],
    ['an empty socket id (API-4)', { ...EVENT, socket_id: '' }],
    ['info of null', { ...EVENT, info: null }],
    ['a channel of null beside channels', { name: 'e', channels: ['a'], channel: null, data: '' }],
    ['channels of null beside a channel', { ...EVENT, channels: null }],
    ['empty data', { ...EVENT, data: '' }],
  ])('takes %s (API-1)', (_title, body) => {
    expect(trigger(JSON.stringify(body))).toEqual({ ok: true, value: body });
  });

  it.each([
    ['null', null],
    ['a number', 7],
    ['an object', {}],
    ['false', false],
  ])('takes a socket_id of %s for none (API-4)', (_title, socketId) => {
    const parsed = trigger(JSON.stringify({ ...EVENT, socket_id: socketId }));
    expect(parsed).toMatchObject({ ok: true, value: { ...EVENT, socket_id: undefined } });
  });

  it.each([
    ['an object', '{"b":1,"a":[2]}'],
    ['an array', '[]'],
    ['a number', '0'],
    ['digits beyond 2^53', '9007199254740993'],
    ['a fraction of nothing', '{"price":50.00}'],
    ['false', 'false'],
    ['null', 'null'],
    ['an object in the spelling of its writer', String.raw`{ "name": "Zo\u00eb", "url": "https:\/\/x" }`],
    ['more nesting than JSON.stringify can write', '['.repeat(20_000) + ']'.repeat(20_000)],
  ])('takes data that is %s as its JSON text (API-1)', (_title, data) => {
    expect(trigger(`{"name":"e", "data": ${data} ,"channel":"c"}`)).toMatchObject({
      ok: true,
      value: { ...EVENT, data },
    });
  });

  it('reads a plain body as the schema reads the same with a null more (API-1)', () => {
    const value = fc.oneof(
      fc.constantFrom(undefined, '', 'a', 7),
      fc.constantFrom([], ['a'], ['a', ''], ['a', 7], {}, true),
    );
    const body = fc.record({ name: value, data: value, channel: value, channels: value, socket_id: value });
    fc.assert(
      fc.property(body, (members) => {
        const plain = trigger(JSON.stringify(members));
        // An `info` of null counts as none, and only the schema takes it.
        const checked = trigger(JSON.stringify({ ...members, info: null }));
        if (plain.ok && checked.ok) expect({ ...plain.value, info: null }).toEqual(checked.value);
        else expect(plain).toEqual(checked);
      }),
      { numRuns: 5000 },
    );
  });

  it('keeps data of any kind as it was written (API-1)', () => {
    fc.assert(
      fc.property(objectText, ({ text }) => {
        expect(trigger(`{"name":"e","channel":"c","data":${text}}`)).toMatchObject({
          value: { data: text.trim() },
        });
      }),
    );
  });

  it('keeps string data unchanged (API-1)', () => {
    fc.assert(
      fc.property(anyText, (data) => {
        expect(trigger(JSON.stringify({ ...EVENT, data }))).toMatchObject({ value: { data } });
      }),
    );
  });

  it('does not look at channel where channels are given (API-1)', () => {
    expect(trigger('{"name":"e","channel":"","channels":["c"],"data":""}')).toMatchObject({ ok: true });
  });

  it('drops members that it does not know', () => {
    expect(trigger(JSON.stringify({ ...EVENT, tags: {}, ['__proto__x']: 1 }))).toEqual({
      ok: true,
      value: EVENT,
    });
  });

  it.each([
    ['no object', '[]', 'Invalid body: it must be a JSON object'],
    ['null', 'null', 'Invalid body: it must be a JSON object'],
    ['a string', '"{}"', 'Invalid body: it must be a JSON object'],
    ['no name', '{"channel":"c","data":""}', 'Missing required parameter: name'],
    ['a name of null', '{"name":null,"channel":"c","data":""}', 'Missing required parameter: name'],
    ['an empty name', '{"name":"","channel":"c","data":""}', 'Missing required parameter: name'],
    [
      'a name that is a number',
      '{"name":7,"channel":"c","data":""}',
      "Invalid parameter: 'name' must be a string",
    ],
    ['no data', '{"name":"e","channel":"c"}', 'Missing required parameter: data'],
    [
      'data that only a prototype has',
      '{"name":"e","channel":"c","__proto__":{"data":""}}',
      'Missing required parameter: data',
    ],
    ['an empty channel', '{"name":"e","channel":"","data":""}', 'Missing required parameter: channel'],
    ['neither channel nor channels', '{"name":"e","data":""}', 'Missing required parameter: channel'],
    [
      'an empty list of channels',
      '{"name":"e","channels":[],"data":""}',
      'Missing required parameter: channel',
    ],
    [
      'a channel that is a number',
      '{"name":"e","channel":7,"data":""}',
      "Invalid parameter: 'channel' must be a string",
    ],
    [
      'channels that are a string',
      '{"name":"e","channels":"c","data":""}',
      "Invalid parameter: 'channels' must be an array of channel names",
    ],
    [
      'an empty name among the channels',
      '{"name":"e","channels":["c",""],"data":""}',
      'Missing required parameter: channel',
    ],
    [
      'a number among the channels',
      '{"name":"e","channels":["c",7],"data":""}',
      "Invalid parameter: 'channel' must be a string",
    ],
    [
      'info that is a list',
      '{"name":"e","channel":"c","data":"","info":["user_count"]}',
      'info should be a comma separated list of attributes',
    ],
  ])('refuses %s and says so (API-3)', (_title, json, problem) => {
    expect(trigger(json)).toStrictEqual({ ok: false, problem });
  });

  it('returns strings or a problem, whatever it is given (API-3)', () => {
    const names = fc.constantFrom('name', 'data', 'channel', 'channels', 'socket_id', 'info', '__proto__');
    const near = fc.dictionary(names, fc.oneof(anyText, jsonValue, fc.array(anyText)));
    fc.assert(
      fc.property(fc.oneof(near, jsonValue), (body) => {
        const parsed = trigger(JSON.stringify(body));
        if (!parsed.ok) expect(parsed.problem).not.toBe('');
        else {
          expect(parsed.value.name).toBeTypeOf('string');
          expect(parsed.value.data).toBeTypeOf('string');
          expect(triggerChannels(parsed.value).every((channel) => channel !== '')).toBe(true);
        }
      }),
    );
  });
});

describe('triggerChannels', () => {
  it.each([
    [{ ...EVENT }, ['c']],
    [{ ...EVENT, channels: ['a', 'b'] }, ['a', 'b']],
    [{ ...EVENT, channels: [] }, []],
    [{ ...EVENT, channels: null }, ['c']],
    [{ name: 'e', data: '', channel: null }, []],
    [{ name: 'e', data: '' }, []],
  ])('of %j are %j: channels win (API-1)', (body, channels) => {
    expect(triggerChannels(body)).toStrictEqual(channels);
  });
});

describe('parseBatchBody', () => {
  it('takes events in their order (API-2)', () => {
    const events = [EVENT, { ...EVENT, name: 'f', socket_id: '1.1', info: 'user_count' }];
    expect(batch(JSON.stringify({ batch: events }))).toStrictEqual({ ok: true, value: events });
  });

  it('takes no events at all, which deliver nothing (API-2)', () => {
    expect(batch('{"batch":[]}')).toStrictEqual({ ok: true, value: [] });
  });

  it('takes data that is no string as its JSON text, each event its own (API-2)', () => {
    const json = `{"batch":[{"name":"e","channel":"c","data":"{}"}, {"name":"e","channel":"c","data":{ "n":1.0 }},{"name":"e","channel":"c","data":9007199254740993}]}`;
    expect(batch(json)).toMatchObject({
      value: [{ data: '{}' }, { data: '{ "n":1.0 }' }, { data: '9007199254740993' }],
    });
  });

  it('keeps data of any kind as it was written (API-2)', () => {
    fc.assert(
      fc.property(fc.array(objectText), (objects) => {
        const events = objects.map(({ text }) => `{"name":"e","channel":"c","data":${text}}`);
        expect(batch(`{"batch":[${events.join(' , ')}]}`)).toMatchObject({
          value: objects.map(({ text }) => ({ data: text.trim() })),
        });
      }),
    );
  });

  it('takes a socket_id that is no string for none (API-4)', () => {
    expect(batch('{"batch":[{"name":"e","channel":"c","data":"","socket_id":null}]}')).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['no object', '[]', 'Invalid body: it must be a JSON object'],
    ['no batch', '{}', 'Missing required parameter: batch'],
    ['a batch that is no array', '{"batch":{}}', "Invalid parameter: 'batch' must be an array of events"],
    ['a batch of null', '{"batch":null}', "Invalid parameter: 'batch' must be an array of events"],
    ['an event that is no object', '{"batch":["e"]}', 'Invalid body: it must be a JSON object'],
    ['an event of null', '{"batch":[null]}', 'Invalid body: it must be a JSON object'],
    [
      'an event with channels',
      '{"batch":[{"name":"e","data":"","channels":["c"]}]}',
      'Missing required parameter: channel',
    ],
    [
      'one bad event among good ones',
      '{"batch":[{"name":"e","data":"","channel":"c"},{"data":"","channel":"c"}]}',
      'Missing required parameter: name',
    ],
    ['an event without data', '{"batch":[{"name":"e","channel":"c"}]}', 'Missing required parameter: data'],
  ])('refuses %s and says so (API-3)', (_title, json, problem) => {
    expect(batch(json)).toStrictEqual({ ok: false, problem });
  });
});
