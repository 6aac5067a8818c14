import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const FOLDER = new URL('../../../../protocol/events/generated/typescript/', import.meta.url).pathname;

/** What the compiler says of code that stands beside the generated module, at its strictest and without Node's types. */
function diagnosticsOf(code: string): string[] {
  const file = `${FOLDER}usage.ts`;
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noImplicitReturns: true,
    isolatedModules: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2020,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2020.d.ts', 'lib.dom.d.ts'],
  };
  const host = ts.createCompilerHost(options);
  host.fileExists = (path) => path === file || ts.sys.fileExists(path);
  host.readFile = (path) => (path === file ? code : ts.sys.readFile(path));
  host.getSourceFile = (path, version) => {
    const text = path === file ? code : ts.sys.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, version);
  };
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ messageText, file: source }) =>
        `${source?.fileName ?? ''} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('the TypeScript module', () => {
  it('compiles under strict, and knows the events of each channel and what they carry', () => {
    const usage = `
      import { channels, subscribe, type EchoLike } from './events';
      declare const echo: EchoLike;
      const user = subscribe(echo, channels.user(7)).listen('payment.received', (e) => {
        const amount: number | string = e.payment.amount;
        if ('type' in e) e.message.toUpperCase();
        return amount;
      });
      user.listen('service.ready', (e) => e.access_details['host']).error(() => undefined);
      subscribe(echo, channels.presenceTracking('33'))
        .whisper('location.updated', { latitude: 1, longitude: 2, timestamp: '2026-11-23T14:05:09Z' })
        .listenForWhisper('location.updated', (e) => e.latitude.toFixed(2));
      subscribe(echo, channels.role('manager')).listen('notification', (e) => e.title?.length);
      // @ts-expect-error: never sent there
      subscribe(echo, channels.payments()).listen('service.ready', () => undefined);
      // @ts-expect-error: nobody sends it
      user.listen('service.status', () => undefined);
      // @ts-expect-error: the amount is in payment
      user.listen('payment.received', (e) => e.amount);
      // @ts-expect-error: no such role
      channels.role('boss');
      // @ts-expect-error: clients may not send it
      user.whisper('payment.received', {});
      // @ts-expect-error: null has to be thought of
      user.listen('payment.received', (e) => e.client.name);
      // What shows that this is checked at all.
      channels.user();
    `;
    expect(diagnosticsOf(usage)).toStrictEqual([
      expect.stringMatching(/usage\.ts Expected 1 arguments, but got 0/),
    ]);
  }, 120_000);

  it('needs nothing else', () => {
    expect(readFileSync(`${FOLDER}events.ts`, 'utf8')).not.toMatch(/^import /m);
  });
});
