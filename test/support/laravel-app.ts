import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ChildServer } from './child-server.js';
import { composerInstall, editManifest } from './composer.js';
import { freePort } from './free-port.js';
import { oncePerRun } from './once-per-run.js';
import { copyOwnFiles } from './own-files.js';
import { TEST_APP } from './start-server.js';
import { TestSocket } from './test-socket.js';

const LARAVEL_10 = new URL('../laravel/laravel-10', import.meta.url).pathname;

export type LaravelVersion = 10 | 12;
/** Values of `.env`; undefined leaves one out. */
export type Settings = Readonly<Record<string, string | undefined>>;
export type Environment = Readonly<Record<string, string>>;

/** How an artisan command ended, and all it printed. */
export interface ArtisanResult {
  readonly code: number;
  readonly output: string;
}

/** What the application answered. */
export interface AppAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A user with a bearer token. */
export interface SignedInUser {
  readonly token: string;
  readonly user: { readonly id: number; readonly uuid: string; readonly name: string; readonly role: string };
}

/** The example application and the pregon it broadcasts through, both started by the same `.env`. */
export class LaravelApp {
  /** Where `php artisan serve` answers. */
  url = '';
  private webServer: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly pregon: ChildServer,
  ) {}

  /** Installs, seeds and starts the example. The caller stops it. */
  static async start(version: LaravelVersion, settings: Settings = {}): Promise<LaravelApp> {
    const installed = await oncePerRun(`laravel-${version}`, (folder) => install(folder, version));
    const folder = await mkdtemp(join(tmpdir(), 'pregon-laravel-'));
    await cp(installed, folder, { recursive: true, filter: (source) => basename(source) !== 'vendor' });
    await symlink(join(installed, 'vendor'), join(folder, 'vendor'));
    const pregon = await startPregon(folder, settings);
    const app = new LaravelApp(folder, pregon);
    try {
      await app.prepare();
      await app.serve();
    } catch (error) {
      await app.stop();
      throw error;
    }
    return app;
  }

  async stop(): Promise<void> {
    if (this.webServer?.exitCode === null) {
      const exit = once(this.webServer, 'exit');
      this.webServer.kill('SIGTERM');
      await exit;
    }
    await this.pregon.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs an artisan command. `env` wins over `.env`. */
  artisan(args: readonly string[], env: Environment = {}): Promise<ArtisanResult> {
    return artisanIn(this.folder, args, env);
  }

  /** A request to the application. Redirects are not followed. */
  async request(path: string, init: RequestInit = {}): Promise<AppAnswer> {
    const response = await fetch(`${this.url}${path}`, { redirect: 'manual', ...init });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /** Posts, as JSON unless the headers say otherwise. */
  post(path: string, body: string | object, headers: Environment = {}): Promise<AppAnswer> {
    return this.request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** A client that is connected and signs for itself, with the app's secret, what it may subscribe to. */
  async connect(): Promise<TestSocket> {
    const socket = await TestSocket.open(`ws://127.0.0.1:${this.pregon.port}/app/${TEST_APP.key}?protocol=7`);
    await socket.established();
    return socket;
  }

  /** Broadcasts one of the example's events. */
  async fire(event: string, env: Environment = {}): Promise<void> {
    const { code, output } = await this.artisan(['broadcast:fire', event], env);
    if (code !== 0) throw new Error(`${event} was not sent: ${output}`);
  }

  /** Logs a user of the seeder in. */
  async login(name: string): Promise<SignedInUser> {
    const credentials = { email: `${name}@example.com`, password: 'password' };
    const { status, text } = await this.post('/api/login', credentials);
    if (status !== 200) throw new Error(`${name} could not log in: ${status} ${text}`);
    return JSON.parse(text) as SignedInUser;
  }

  private async prepare(): Promise<void> {
    await writeFile(join(this.folder, 'database', 'database.sqlite'), '');
    for (const args of [['key:generate'], ['migrate', '--seed', '--force']]) {
      const { code, output } = await this.artisan(args);
      if (code !== 0) throw new Error(`php artisan ${args.join(' ')} failed: ${output}`);
    }
  }

  /** `php artisan serve`: where the port is taken by then, Laravel takes one of the next. */
  private async serve(): Promise<void> {
    const port = await freePort();
    const child = spawn('php', ['artisan', 'serve', '--no-ansi', `--port=${port}`], {
      cwd: this.folder,
      env: environment({}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.webServer = child;
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString('utf8')));
    this.url = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => {
        reject(new Error(`php artisan serve ended: ${said}`));
      });
      createInterface(child.stdout).on('line', (line) => {
        said += line;
        const address = /Server running on \[(.*?)\]/.exec(line)?.[1];
        if (address !== undefined) resolve(address);
      });
    });
  }
}

async function install(folder: string, version: LaravelVersion): Promise<void> {
  await copyOwnFiles('examples/laravel', folder);
  if (version === 10) {
    await cp(LARAVEL_10, folder, { recursive: true });
    await editManifest(folder, ({ require }) => {
      require['laravel/framework'] = '10.50.*';
      require['laravel/sanctum'] = '^3.3';
    });
  }
  const missing = await composerInstall(folder);
  if (missing.length > 0) {
    process.stdout.write(`laravel ${version}: installed without ${missing.join(', ')}\n`);
  }
}

/** Starts pregon by the project's `.env` on a free port, and writes the port where Laravel reads it. */
async function startPregon(folder: string, settings: Settings): Promise<ChildServer> {
  const envFile = join(folder, '.env');
  const text = await readFile(join(folder, '.env.example'), 'utf8');
  const chosen = {
    REVERB_APP_ID: TEST_APP.id,
    REVERB_APP_KEY: TEST_APP.key,
    REVERB_APP_SECRET: TEST_APP.secret,
    REVERB_SERVER_PORT: '0',
    // Passwords of tests need not be hard to guess.
    BCRYPT_ROUNDS: '4',
    BROADCAST_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ...settings,
  };
  await writeFile(envFile, withSettings(text, chosen));
  const pregon = await ChildServer.startFor(envFile);
  await writeFile(envFile, withSettings(text, { ...chosen, REVERB_PORT: String(pregon.port) }));
  return pregon;
}

/** The text of a `.env` with other values. */
function withSettings(text: string, settings: Settings): string {
  return Object.entries(settings).reduce((env, [name, value]) => {
    const line = new RegExp(`^${name}=.*$`, 'm');
    const set = value === undefined ? '' : `${name}=${value}`;
    return line.test(env) ? env.replace(line, () => set) : `${env}${set}\n`;
  }, text);
}

function artisanIn(folder: string, args: readonly string[], env: Environment): Promise<ArtisanResult> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env: environment(env) };
    execFile('php', ['artisan', ...args, '--no-ansi'], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, output: `${stdout}${stderr}` });
      else reject(error ?? new Error('php ended in no known way'));
    });
  });
}

/** Nothing of this process's own settings may reach the application, whose `.env` is under test. */
function environment(env: Environment): Record<string, string> {
  // Wide enough that no message is broken into lines.
  return { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), COLUMNS: '4000', ...env };
}
