/** One function on a stack. */
export interface StackFrame {
  readonly symbol: string;
  /** The file or mapping that it is in. */
  readonly object: string;
}

export interface Stack {
  readonly thread: number;
  /** The innermost first. */
  readonly frames: readonly StackFrame[];
}

/** Reads what `perf script -F tid,ip,sym,dso` prints: a line for the thread, one for each function, and an empty one. */
export function parseStacks(text: string): Stack[] {
  return text
    .split('\n\n')
    .map((block) => block.trim().split('\n'))
    .filter(([thread = '']) => thread !== '')
    .map(([thread, ...lines]) => ({ thread: Number(thread), frames: lines.map(parseFrame) }));
}

function parseFrame(line: string): StackFrame {
  const [, symbol = '[unknown]', object = ''] = /^\s*[0-9a-f]+ (.*) \((.*)\)$/.exec(line) ?? [];
  return { symbol, object };
}

const OTHER_THREADS = 'other threads (garbage, compiling)';

/** System calls by what they are for; all else of the kernel is its own class. */
const SYSTEM_CALLS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/_sys_(?:sendto|sendmsg|write|writev)$/, 'kernel: write'],
  [/_sys_(?:recvfrom|recvmsg|read)$/, 'kernel: read'],
  [/_sys_accept4?$/, 'kernel: accept'],
  [/_sys_epoll_\w+$/, 'kernel: epoll'],
  [/_sys_(?:close|shutdown)$/, 'kernel: close'],
  [/_sys_(?:setsockopt|fcntl|ioctl|getpeername)$/, 'kernel: socket options'],
];

/** The node binary is V8, libuv, OpenSSL and the built-in functions of JavaScript. */
const OF_NODE: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^uv_/, 'libuv'],
  [/^Builtins_/, 'JavaScript'],
  [/Scaveng|MarkCompact|Marking|Sweep|v8::internal::Heap::/, 'garbage collection'],
  [/^node::crypto|^EVP_|^OPENSSL_|^ossl_|^CRYPTO_|[Ss][Hh][Aa]256|[Mm][Dd]5/, 'hashing'],
];

/** What a sample of CPU time was spent on. */
export function costClass(frames: readonly StackFrame[], isMainThread: boolean): string {
  const [innermost = { symbol: '[unknown]', object: '[unknown]' }] = frames;
  const { symbol, object } = innermost;
  if (!isMainThread) return OTHER_THREADS;
  if (object === '[kernel.kallsyms]') return ofKernel(frames);
  if (object.endsWith('/uws.node')) return 'uWebSockets.js';
  if (/\/lib(?:c|stdc\+\+)\.so/.test(object)) return 'memory and C library';
  if (object.endsWith('/node'))
    return OF_NODE.find(([pattern]) => pattern.test(symbol))?.[1] ?? 'V8 and Node';
  // Compiled functions lie in memory that belongs to no file.
  return 'JavaScript';
}

function ofKernel(frames: readonly StackFrame[]): string {
  for (const { symbol } of frames) {
    const call = SYSTEM_CALLS.find(([pattern]) => pattern.test(symbol));
    if (call !== undefined) return call[1];
  }
  return 'kernel: all else';
}
