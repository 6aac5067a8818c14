import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { SYSTEMS, type System } from '../../protocol/events/index.js';
import { ConfigError, formatProblem } from '../config/config-error.js';
import { loadConfig, type ConfigSources, type LoadedConfig } from '../config/load-config.js';
import { printConfig } from '../config/print-config.js';
import { readPathPrefix, readSeconds, readWorkers, type Reader } from '../config/readers.js';
import { configJsonSchema } from '../config/schema.js';
import { mostSimilar } from '../config/similar.js';
import { ListenError } from '../transports/transport.js';
import { packageVersion } from '../version.js';
import { ExitCode } from './exit-codes.js';
import { checkEvent, listEvents } from './events.js';
import { checkHealth } from './health.js';
import { readSources } from './read-sources.js';
import { runServer } from './start.js';

/** Options of `start` and `config print`. */
interface StartOptions {
  readonly config?: string;
  readonly envFile?: string;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly hostname?: string;
  readonly transport?: string;
  readonly workers?: number | 'auto';
  readonly drain?: number;
  readonly debug?: true;
}

/** The setting that each option sets. */
const SETTINGS: readonly [option: keyof StartOptions, flag: string, path: string][] = [
  ['host', '--host', 'server.host'],
  ['port', '--port', 'server.port'],
  ['path', '--path', 'server.pathPrefix'],
  ['hostname', '--hostname', 'tls.hostname'],
  ['transport', '--transport', 'server.transport'],
  ['workers', '--workers', 'server.workers'],
  ['drain', '--drain', 'server.drainSeconds'],
  ['debug', '--debug', 'log.level'],
];

async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = ExitCode.Ok;
  const program = new Command('pregon')
    .description('A realtime server that speaks the Pusher Channels protocol')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(withoutOptionValue(text));
      },
    })
    .addHelpText('after', "\nOptions of the server are those of start: 'pregon start --help'");

  withStartOptions(
    program
      .command('start', { isDefault: true })
      .description('run the server; also what is done without a command'),
  ).action(async (options: StartOptions) => {
    exitCode = await runServer(() => load(options));
  });
  const config = program.command('config').description('look at the configuration');
  withHiddenStartOptions(
    config.command('print').description('print each setting and where it came from, secrets masked'),
  ).action((options: StartOptions) => {
    const loaded = load(options);
    console.log(printConfig(loaded));
    for (const warning of loaded.warnings) console.error(formatProblem(warning));
  });
  config
    .command('schema')
    .description('print the JSON Schema of the config file')
    .action(() => {
      console.log(JSON.stringify(configJsonSchema(), null, 2));
    });
  withHiddenStartOptions(
    program
      .command('health')
      .description('ask the running server whether it is well; exits with 4 if not')
      .option('--ready', 'ask whether it takes work, and why not'),
  ).action(async (options: StartOptions & { readonly ready?: true }) => {
    exitCode = await checkHealth(load(options).config, options.ready);
  });

  const events = program
    .command('events')
    .description('list the business events of the catalogue')
    .addOption(new Option('--system <name>', 'only those of this system').choices(SYSTEMS))
    .action(({ system }: { readonly system?: System }) => {
      console.log(listEvents(system === undefined ? SYSTEMS : [system]));
    });
  events
    .command('check <name> <json>')
    .description('check a payload; - reads it from standard input. Exits with 5 if it does not fit')
    .action((name: string, json: string) => {
      exitCode = checkEvent(name, json === '-' ? readFileSync(0, 'utf8') : json);
    });

  refuseUnknownCommand(program, argv[2]);
  await program.parseAsync(argv);
  return exitCode;
}

/** A misspelt command would otherwise be taken for an argument of the default one. */
function refuseUnknownCommand(program: Command, word: string | undefined): void {
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  // What is no plain word may be a secret.
  const shown = /^[a-z]{1,20}$/.test(word) ? ` '${word}'` : '';
  const similar = mostSimilar(word, names);
  const hint = similar === undefined ? `the commands are ${names.join(', ')}` : `did you mean ${similar}?`;
  program.error(`error: unknown command${shown}; ${hint}`);
}

/** An error text of the library without the value of an option that is none, which may be a secret. */
function withoutOptionValue(text: string): string {
  return text
    .replace(/(unknown option '--[^'=\n]*)=[^]*'/, "$1'")
    .replace(/(unknown option '-[^-'\n])[^]+'/, "$1'");
}

/** Options of `start` that other commands understand as well, though their help does not list them. */
function withHiddenStartOptions(command: Command): Command {
  for (const option of withStartOptions(new Command()).options) {
    const isFile = option.attributeName() === 'config' || option.attributeName() === 'envFile';
    command.addOption(isFile ? option : option.hideHelp());
  }
  return command;
}

function withStartOptions(command: Command): Command {
  return command
    .option('--config <file>', 'JSON config file (PREGON_CONFIG)')
    .option('--env-file <file>', "a Laravel project's .env (PREGON_ENV_FILE; ./.env unless given)")
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on', parsePort)
    .option('--path <prefix>', 'path in front of /app and /apps', readPathPrefix)
    .option('--hostname <name>', 'host whose Herd or Valet certificate is served')
    .option('--transport <name>', 'auto, uws or ws')
    .option(
      '--workers <number>',
      'processes that serve the port together; auto is one for each core',
      parseWith(readWorkers),
    )
    .option(
      '--drain <time>',
      'over how long a stopping server closes its connections, such as 120s',
      parseWith(readSeconds),
    )
    .option('--debug', 'log each connection, subscription and refusal');
}

function load(options: StartOptions): LoadedConfig {
  const flags = new Map<string, { flag: string; value: unknown }>();
  for (const [option, flag, path] of SETTINGS) {
    const value = options[option];
    if (value !== undefined) flags.set(path, { flag, value: option === 'debug' ? 'debug' : value });
  }
  const sources: ConfigSources = readSources(options, flags, process.env);
  return loadConfig(sources);
}

function parsePort(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a number.');
  return Number(text);
}

function parseWith<T>(read: Reader<T>): (text: string) => T {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

/** Turns what went wrong into words and an exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Its message is on the terminal already; help and version are no errors.
    return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Config;
  }
  if (error instanceof ConfigError) {
    console.error(`The configuration is wrong:\n${error.message}`);
    return ExitCode.Config;
  }
  if (error instanceof ListenError) {
    console.error(error.message);
    return ExitCode.Listen;
  }
  // The error as a whole would also show its fields, such as the URL that is none.
  for (let cause = error; cause instanceof Error; cause = cause.cause) console.error(cause.stack);
  return ExitCode.Failure;
}

process.exit(await main(process.argv).catch(report));
