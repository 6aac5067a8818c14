import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify, stripVTControlCharacters } from 'node:util';
import { freePort } from './free-port.js';
import type { LaravelApp } from './laravel-app.js';
import { copyOwnFiles } from './own-files.js';
import { TEST_APP } from './start-server.js';

const run = promisify(execFile);

/** The React example, built for a Laravel application and its pregon, and served. */
export class ReactPage {
  private constructor(
    private readonly folder: string,
    private readonly server: ChildProcess,
    readonly url: string,
  ) {}

  /** Installs, builds and serves the page. The caller stops it. */
  static async start(app: LaravelApp): Promise<ReactPage> {
    const folder = await mkdtemp(join(tmpdir(), 'pregon-react-'));
    await copyOwnFiles('examples/react', folder);
    const settings = {
      VITE_REVERB_APP_KEY: TEST_APP.key,
      VITE_REVERB_HOST: '127.0.0.1',
      VITE_REVERB_PORT: app.pregon.port,
      VITE_REVERB_SCHEME: 'http',
      LARAVEL_URL: app.url,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(folder, '.env'), lines.join(''));
    await npm(folder, 'install', '--no-audit', '--no-fund');
    await npm(folder, 'run', 'build');
    return new ReactPage(folder, ...(await preview(folder)));
  }

  async stop(): Promise<void> {
    if (this.server.exitCode === null) {
      const exit = once(this.server, 'exit');
      this.server.kill('SIGTERM');
      await exit;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** @throws Error with what npm printed */
async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  try {
    await run('npm', args, { cwd });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`npm ${args.join(' ')} failed: ${stdout}${stderr}`, { cause: error });
  }
}

/** Vite's own server of what was built, without npm around it, which would not hand signals on. */
async function preview(folder: string): Promise<[server: ChildProcess, url: string]> {
  const vite = join(folder, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = ['preview', '--host', '127.0.0.1', '--port', String(await freePort())];
  const server = spawn(process.execPath, [vite, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  server.stderr.on('data', (text: Buffer) => (said += text.toString('utf8')));
  const url = await new Promise<string>((resolve, reject) => {
    server.once('exit', () => {
      reject(new Error(`vite preview ended: ${said}`));
    });
    createInterface(server.stdout).on('line', (line) => {
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(stripVTControlCharacters(line))?.[0];
      if (address !== undefined) resolve(address);
    });
  });
  return [server, url];
}
