import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const EXAMPLES = new URL('../../../examples/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, EXAMPLES), 'utf8');

/** All that a pattern's first group matches. */
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, group]) => group!);

describe('the Flutter example', () => {
  const dart = read('flutter/lib/field_channels.dart');
  const channels = matches(dart.slice(0, dart.indexOf('];')), /^ +'(.*)',$/gm);
  const events = matches(dart, /static const \w+ = '(.*)';/g);

  it("listens on the field's channels", () => {
    expect(channels).toEqual([
      'public-channel',
      'private-user.$userId',
      'private-payments',
      'private-credits-attention',
      'private-waiting-list',
    ]);
  });

  it('listens on no private channel that Laravel has no rule for', () => {
    const php = read('laravel/routes/channels.php');
    const lists = matches(php, /foreach \(\[(.*)\] as \$list\)/g).flatMap((list) =>
      matches(list, /'(.*?)'/g),
    );
    const rules = [...matches(php, /Broadcast::channel\(\s*'(.*?)'/g), ...lists];
    const names = channels
      .filter((channel) => channel.startsWith('private-'))
      .map((channel) => channel.replace('private-', '').replace('$userId', '{id}'));
    expect(names.filter((name) => !rules.includes(name))).toEqual([]);
  });

  it('listens to events that Laravel sends', () => {
    const folder = new URL('laravel/app/Events/', EXAMPLES);
    const sent = readdirSync(folder).flatMap((file) =>
      matches(readFileSync(new URL(file, folder), 'utf8'), /broadcastAs\(\): string\s*\{\s*return '(.*)';/g),
    );
    expect(events).not.toEqual([]);
    expect(events.filter((event) => !sent.includes(event))).toEqual([]);
  });

  it('uses the release whose frames are replayed', () => {
    const vectors = readFileSync(new URL('../protocol/vectors/client-transcripts.json', EXAMPLES), 'utf8');
    const version = /dart_pusher_channels: \^(.*)/.exec(read('flutter/pubspec.yaml'))![1]!;
    expect(vectors).toContain(`"title": "dart_pusher_channels ${version}"`);
  });
});
