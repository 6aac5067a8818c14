import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppSchema } from '../../../src/config/app-schema.js';
import { compileOrigins } from '../../../src/apps/origins.js';

describe('compileOrigins', () => {
  it.each<[patterns: string[], origin: string, allowed: boolean]>([
    // Anything.
    [['*'], 'https://laravel.com', true],
    [['*'], 'null', true],
    [['example.com', '*'], 'capacitor://localhost', true],
    // Reverb: the host alone, scheme and port do not matter.
    [['laravel.com'], 'https://laravel.com', true],
    [['laravel.com'], 'http://laravel.com:8080', true],
    [['laravel.com'], 'https://LARAVEL.com', true],
    [['Laravel.COM'], 'https://laravel.com', true],
    [['laravel.com'], 'https://www.laravel.com', false],
    [['laravel.com'], 'https://laravel.com.evil.test', false],
    [['laravel.com'], 'https://evil-laravel.com', false],
    [['laravel.com'], 'https://evil.test/laravel.com', false],
    [['laravel.com'], 'https://laravel.com@evil.test', false],
    [['laravelxcom'], 'https://laravel.com', false],
    [['laravel.com'], 'https://laravelxcom', false],
    [['laravel.com', 'localhost'], 'http://localhost:5173', true],
    [['laravel.com', 'localhost'], 'http://127.0.0.1:5173', false],
    [['localhost'], 'capacitor://localhost', true],
    [['localhost'], 'ionic://localhost', true],
    [['::1'], 'http://[::1]:3000', true],
    // Reverb: * is any run of characters.
    [['*.laravel.com'], 'https://forge.laravel.com', true],
    [['*.laravel.com'], 'https://a.b.laravel.com', true],
    [['*.laravel.com'], 'https://laravel.com', false],
    [['*.laravel.com'], 'https://laravel.com.evil.test', false],
    [['*.laravel.com'], 'https://evil.test/.laravel.com', false],
    [['laravel.*'], 'https://laravel.test', true],
    [['*laravel*'], 'https://my-laravel-app.test', true],
    [['app-*.test'], 'https://app-1.test', true],
    [['app-*.test'], 'https://app.test', false],
    [['app-*-*.test'], 'https://app-1-2.test', true],
    [['app-*-*.test'], 'https://app-1.test', false],
    [['a*b*a'], 'https://aba', true],
    [['a*ba'], 'https://aba', true],
    [['ab*ba'], 'https://aba', false],
    [['*a*a'], 'https://a', false],
    // Ours: with a port, which Reverb would never match.
    [['localhost:5173'], 'http://localhost:5173', true],
    [['localhost:5173'], 'http://localhost:5174', false],
    [['localhost:5173'], 'http://localhost', false],
    [['example.com:443'], 'https://example.com', true],
    [['example.com:443'], 'http://example.com', false],
    [['example.com:80'], 'http://example.com', true],
    [['*.example.com:*'], 'https://a.example.com:8443', true],
    [['*.example.com:8443'], 'https://a.example.com:8443', true],
    [['*.example.com:8443'], 'https://a.example.com.evil.test:8443', false],
    [['example.com:8443'], 'https://example.com@evil.test:8443', false],
    [['[::1]:3000'], 'http://[::1]:3000', true],
    [['[::1]:3000'], 'http://[::1]:3001', false],
    // Ours: with a scheme the whole origin counts.
    [['https://laravel.com'], 'https://laravel.com', true],
    [['https://laravel.com/'], 'https://laravel.com', true],
    [['https://laravel.com'], 'http://laravel.com', false],
    [['https://laravel.com'], 'https://laravel.com:8443', false],
    [['https://laravel.com:8443'], 'https://laravel.com:8443', true],
    [['https://*.laravel.com'], 'https://a.laravel.com', true],
    [['https://*.laravel.com'], 'http://a.laravel.com', false],
    [['http://localhost:*'], 'http://localhost:5173', true],
    [['http://localhost:*'], 'http://localhost', false],
    [['capacitor://localhost'], 'capacitor://localhost', true],
    // One origin has one form, however it is written.
    [['https://laravel.com:443'], 'https://laravel.com', true],
    [['https://laravel.com'], 'https://laravel.com:443', true],
    [['http://laravel.com:80'], 'http://laravel.com', true],
    [['https://laravel.com:80'], 'https://laravel.com', false],
    [['HTTPS://Laravel.com'], 'https://laravel.com', true],
    [['bücher.example'], 'https://xn--bcher-kva.example', true],
    [['bücher.example'], 'https://bücher.example', true],
    [['xn--bcher-kva.example'], 'https://bücher.example', true],
    [['https://bücher.example:8443'], 'https://xn--bcher-kva.example:8443', true],
    [['*.bücher.example'], 'https://a.xn--bcher-kva.example', true],
    [['*.bücher.example:*'], 'https://a.xn--bcher-kva.example', true],
    [['[0:0:0:0:0:0:0:1]:3000'], 'http://[::1]:3000', true],
    [['0:0:0:0:0:0:0:1'], 'http://[::1]', true],
    [['127.1'], 'http://127.0.0.1', true],
    [['https://laravel.com'], 'https://laravel.com@evil.test', false],
    [['https://*laravel.com'], 'https://evil.test/laravel.com', false],
    [['*://laravel.com'], 'capacitor://laravel.com', true],
    // What is no origin has no host.
    [['laravel.com'], 'null', false],
    [['null'], 'null', false],
    [['laravel.com'], '', false],
    [['laravel.com'], 'laravel.com', false],
    [['laravel.com'], 'https://', false],
    [['file://'], 'file://', true],
  ])('%j, asked for %s, says %s (CONN-7)', (patterns, origin, allowed) => {
    expect(compileOrigins(patterns)(origin)).toBe(allowed);
  });

  it.each<[pattern: string, problem: string]>([
    ['["https://a.test"', 'must be written without quotes'],
    ["'a.test'", 'must be written without quotes'],
    ['[a.test', 'must be no JSON'],
    ['{a.test}', 'must be no JSON'],
    ['a.test;b.test', 'must be one pattern'],
    ['a.test b.test', 'must be one pattern'],
    ['a.test,b.test', 'must be one pattern'],
    ['wss://a.test', 'must begin with http:// or https://'],
    ['ws://a.test:6001', 'must begin with http:// or https://'],
    ['https://a.test/app', 'without a path'],
    ['a.test/app', 'without a path'],
    ['https://me@a.test', 'without a path'],
    ['https://a.test?x', 'without a path'],
    ['https://', 'without a path'],
    ['https:a.test', 'must be a host'],
    ['a.test:', 'must be a host'],
    [':8080', 'must be a host'],
    ['a.test:0', 'must have a port from 1 to 65535'],
    ['a.test:70000', 'must have a port from 1 to 65535'],
    ['.a.test', 'subdomains are *.a.test'],
    ['a..test', 'must be a host'],
    ['[::1', 'must be no JSON'],
    ['https://[a]', 'must have an IPv6 address'],
    ['büch*.test', 'cannot have * beside'],
  ])('refuses %s, which nothing could match (CONN-7)', (pattern, problem) => {
    expect(() => compileOrigins([pattern])).toThrow(problem);
    const origins = AppSchema.safeParse({
      id: 'a',
      key: 'k',
      secret: 's',
      allowedOrigins: ['ok.test', pattern],
    });
    expect(origins.error?.issues).toMatchObject([{ path: ['allowedOrigins', 1] }]);
  });

  it('takes * for any run of characters, wherever it stands (CONN-7)', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 6 });
    const host = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pattern, host, (wildcards, name) => {
        const expected = new RegExp(`^${wildcards.replaceAll('*', '.*')}$`).test(name);
        expect(compileOrigins([wildcards])(`https://${name}`)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no time over a pattern and an origin made to take long', () => {
    const check = compileOrigins([`${'*a'.repeat(12)}b`]);
    const started = performance.now();
    expect(check(`https://${'a'.repeat(250)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
