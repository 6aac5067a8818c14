import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../src/version.js';
import { Command } from '../support/command.js';

const WRONG = 'The configuration is wrong:\n';

describe('pregon config print', () => {
  it('shows each setting with its value and where it came from', async () => {
    const { code, stdout, stderr } = await Command.run(
      ['config', 'print', '--port', '6001', '--drain', '2m', '--config', 'pregon.json'],
      {
        env: { PREGON_IDLE_TIMEOUT: '30s' },
        files: {
          'pregon.json': { server: { compression: 'shared' } },
          '.env': 'REVERB_APP_ID=1\nREVERB_APP_KEY=k\nREVERB_APP_SECRET=s\nREVERB_SERVER_HOST=10.0.0.1',
        },
      },
    );
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    for (const line of [
      'server.port = 6001 (command line: --port)',
      'server.drainSeconds = 120 (command line: --drain)',
      'server.idleTimeoutSeconds = 30 (environment: PREGON_IDLE_TIMEOUT)',
      'server.compression = "shared" (pregon.json)',
      'server.host = "10.0.0.1" (.env: REVERB_SERVER_HOST)',
      'server.trustedProxies = [] (default)',
      'apps.0.id = "1" (.env: REVERB_APP_ID)',
      'apps.0.secret = "***" (.env: REVERB_APP_SECRET)',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('shows the development app, which is served when no other is', async () => {
    const { stdout } = await Command.run(['config', 'print']);
    expect(stdout).toContain('server.host = "127.0.0.1" (development: no app configured)');
    expect(stdout).toContain('apps.0.id = "app-id" (development: no app configured)');
    expect(stdout).toContain('apps.0.clientEvents = "members" (development: no app configured)');
  });

  it('ends with 1 when it cannot print', async () => {
    const broken = `data:text/javascript,${encodeURIComponent('console.log = () => { throw new Error("no paper") }')}`;
    const { code, stderr } = await Command.run(['config', 'print'], {
      env: { NODE_OPTIONS: `--import ${broken}` },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('no paper');
  });
});

describe('pregon config schema', () => {
  it('prints the schema that is shipped', async () => {
    const { code, stdout, stderr } = await Command.run(['config', 'schema']);
    expect([code, stderr]).toEqual([0, '']);
    const file = new URL('../../src/config/config.schema.json', import.meta.url);
    expect(stdout).toBe(readFileSync(file, 'utf8'));
  });
});

describe('wrong arguments end with 2', () => {
  it.each<[args: string[], text: string]>([
    [['--port', 'http'], "option '--port <number>' argument 'http' is invalid. It must be a number.\n"],
    [['--port', '65536'], `${WRONG}--port = 65536 (command line): Too big: expected number to be <=65535\n`],
    [
      ['--transport', 'tcp'],
      `${WRONG}--transport = "tcp" (command line): Invalid option: expected one of "auto"|"uws"|"ws"\n`,
    ],
    [
      ['--drain', 'soon'],
      "'--drain <time>' argument 'soon' is invalid. must be a time such as 30, 30s or 2m",
    ],
    [['--drain', '2h'], `${WRONG}--drain = 7200 (command line): Too big: expected number to be <=3600\n`],
    [
      ['--path', 'a b'],
      `${WRONG}--path = "/a b" (command line): must be empty or a path such as /ws, without a slash at its end\n`,
    ],
    [['--prot', '1'], "error: unknown option '--prot'\n(Did you mean --port?)\n"],
    [['--config'], "error: option '--config <file>' argument missing\n"],
    [['--config', 'no.json'], `${WRONG}config file = no.json (file): cannot be read (ENOENT`],
    [['start', 'now'], "error: too many arguments for 'start'"],
    [['strat'], "error: unknown command 'strat'; did you mean start?\n"],
    [['stop'], "error: unknown command 'stop'; the commands are start, config, health, events, help\n"],
    [['strat', '--port', '1'], "error: unknown command 'strat'; did you mean start?\n"],
    [['config'], 'Usage: pregon config'],
  ])('%j', async (args, text) => {
    const { code, stdout, stderr } = await Command.run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });

  // Node itself looks whether the file of an `--env-file` is there, also behind the script.
  it('--env-file with a file that is not there', async () => {
    const { code, stdout, stderr } = await Command.run(['--env-file', 'no.env']);
    expect([2, 9]).toContain(code);
    expect(stdout).toBe('');
    expect(stderr).toContain('no.env');
  });
});

describe('a wrong environment ends with 2', () => {
  it.each<[env: Record<string, string>, problem: string]>([
    [{ PREGON_PROT: '1' }, 'PREGON_PROT (environment): is not a setting; did you mean PREGON_PORT?'],
    [{ PREGON_PORT: 'x' }, 'PREGON_PORT = x (environment): must be a number'],
    [
      { REVERB_SERVER_PORT: '-1' },
      'REVERB_SERVER_PORT = -1 (environment): Too small: expected number to be >=0',
    ],
    [
      { PREGON_IDLE_TIMEOUT: '5m' },
      'PREGON_IDLE_TIMEOUT = 300 (environment): Too big: expected number to be <=72',
    ],
    [
      { PREGON_TRUSTED_PROXIES: '10.0.0.0/8,proxy' },
      'PREGON_TRUSTED_PROXIES = "proxy" (environment): must be an IP address or a range such as 10.0.0.0/8',
    ],
    [
      { PREGON_APP_CLIENT_EVENTS: 'some' },
      'PREGON_APP_CLIENT_EVENTS = "some" (environment): Invalid option: expected one of "none"|"members"|"all"',
    ],
    [
      { PREGON_APP_WATCHLIST: 'perhaps' },
      'PREGON_APP_WATCHLIST = perhaps (environment): must be true or false',
    ],
    [
      { REVERB_APP_KEY: 'k', REVERB_APP_SECRET: 's' },
      'REVERB_APP_ID (environment): is missing; an app needs REVERB_APP_ID, REVERB_APP_KEY and REVERB_APP_SECRET',
    ],
    [
      { REVERB_APP_ID: 'a', REVERB_APP_KEY: 'k', REVERB_APP_SECRET_FILE: 'nowhere' },
      'REVERB_APP_SECRET_FILE = *** (environment): must name a file that can be read',
    ],
    [{ PREGON_ENV_FILE: 'no.env' }, 'env file = no.env (file): cannot be read (ENOENT'],
    [
      { PREGON_TLS_CERT: 'cert.pem' },
      'tls.keyFile (TLS): is missing, while tls.certFile is set; TLS needs both',
    ],
  ])('%j', async (env, problem) => {
    const { code, stdout, stderr } = await Command.run([], { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(WRONG + problem);
  });

  it('and every mistake is told of at once', async () => {
    const env = { PREGON_PROT: '1', PREGON_PORT: 'x', PREGON_COMPRESSION: 'gzip' };
    const { code, stderr } = await Command.run([], { env, files: { '.env': 'PREGON_HOSTS=a' } });
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'The configuration is wrong:',
      'PREGON_PROT (environment): is not a setting; did you mean PREGON_PORT?',
      'PREGON_HOSTS (.env): is not a setting; did you mean PREGON_HOST?',
      'PREGON_PORT = x (environment): must be a number',
      'PREGON_COMPRESSION = "gzip" (environment): Invalid option: expected one of "off"|"shared"',
    ]);
  });

  it('as does a wrong line of the .env, which is named and not shown', async () => {
    const files = { '.env': 'REVERB_APP_ID=a\nREVERB_APP_SECRET=two words' };
    const { code, stderr } = await Command.run([], { files });
    expect(code).toBe(2);
    expect(stderr).toBe(`${WRONG}env file = .env (file): line 2: a value with blanks needs quotes\n`);
  });

  it('as does a wrong setting of the config file', async () => {
    const files = { 'pregon.json': { server: { prot: 1 }, apps: [{ id: 'a', key: 'k' }] } };
    const { code, stderr } = await Command.run(['--config', 'pregon.json'], { files });
    expect(code).toBe(2);
    expect(stderr).toBe(
      `${WRONG}server.prot (pregon.json): is not a setting\napps.0.secret (pregon.json): is required\n`,
    );
  });
});

describe('help', () => {
  it.each([['--help'], ['start', '--help'], ['config', 'print', '-h'], ['help', 'health']])(
    'of %s %s is no mistake',
    async (...args) => {
      const { code, stdout, stderr } = await Command.run(args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Usage: pregon/);
    },
  );

  it('says what is done without a command', async () => {
    const { stdout } = await Command.run(['--help']);
    expect(stdout).toMatch(/start .*run the server; also what is done without a\s+command/);
    expect(stdout).toContain("'pregon start --help'");
  });

  it.each([['health'], ['config', 'print']])('of %s %s lists no option of start', async (...args) => {
    const { stdout } = await Command.run([...args, '--help']);
    expect(stdout).toContain('--env-file');
    for (const option of ['--port', '--host', '--workers', '--drain', '--debug']) {
      expect(stdout).not.toContain(option);
    }
  });

  it('has the version', async () => {
    const { code, stdout } = await Command.run(['--version']);
    expect([code, stdout]).toEqual([0, `${packageVersion()}\n`]);
  });
});
