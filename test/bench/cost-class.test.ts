import { describe, expect, it } from 'vitest';
import { costClass, parseStacks } from '../../bench/micro/cost-class.js';

describe('parseStacks', () => {
  it('reads the thread and its functions, the innermost first', () => {
    const text = [
      '4242 ',
      '\tffffffff81752362 __x64_sys_epoll_ctl ([kernel.kallsyms])',
      '\t          109c1a epoll_ctl (/usr/lib/x86_64-linux-gnu/libc.so.6)',
      '',
      '4243 ',
      '\t          c494db v8::internal::(anonymous namespace)::Invoke (/usr/bin/node)',
      '',
      '',
    ].join('\n');
    expect(parseStacks(text)).toEqual([
      {
        thread: 4242,
        frames: [
          { symbol: '__x64_sys_epoll_ctl', object: '[kernel.kallsyms]' },
          { symbol: 'epoll_ctl', object: '/usr/lib/x86_64-linux-gnu/libc.so.6' },
        ],
      },
      {
        thread: 4243,
        frames: [{ symbol: 'v8::internal::(anonymous namespace)::Invoke', object: '/usr/bin/node' }],
      },
    ]);
  });

  it('reads nothing from nothing', () => {
    expect(parseStacks('')).toEqual([]);
  });
});

describe('costClass', () => {
  const kernel = (...symbols: string[]) => symbols.map((symbol) => ({ symbol, object: '[kernel.kallsyms]' }));

  it.each([
    ['kernel: write', kernel('tcp_ack', 'tcp_sendmsg', '__x64_sys_sendto', 'do_syscall_64')],
    ['kernel: read', kernel('tcp_recvmsg', '__x64_sys_recvfrom')],
    ['kernel: accept', kernel('inet_csk_accept', '__x64_sys_accept4')],
    ['kernel: epoll', kernel('ep_insert', '__x64_sys_epoll_ctl')],
    ['kernel: close', kernel('tcp_close', '__x64_sys_close')],
    ['kernel: socket options', kernel('inet_getname', '__x64_sys_getpeername')],
    ['kernel: all else', kernel('do_anonymous_page', 'exc_page_fault')],
    ['uWebSockets.js', [{ symbol: '0xec766', object: '/app/node_modules/@uwsjs/linux-x64-20/uws.node' }]],
    ['memory and C library', [{ symbol: '_int_malloc', object: '/usr/lib/x86_64-linux-gnu/libc.so.6' }]],
    ['libuv', [{ symbol: 'uv__io_poll', object: '/usr/bin/node' }]],
    ['JavaScript', [{ symbol: 'Builtins_MapPrototypeSet', object: '/usr/bin/node' }]],
    ['JavaScript', [{ symbol: '[unknown]', object: '[JIT] tid 4242' }]],
    ['hashing', [{ symbol: 'sha256_block_data_order_shaext', object: '/usr/bin/node' }]],
    ['garbage collection', [{ symbol: 'v8::internal::Scavenger::Process', object: '/usr/bin/node' }]],
    ['V8 and Node', [{ symbol: 'v8::Function::Call', object: '/usr/bin/node' }]],
  ])('finds %s', (name, frames) => {
    expect(costClass(frames, true)).toBe(name);
  });

  it('holds all that is not the main thread for one', () => {
    expect(costClass([{ symbol: 'v8::Function::Call', object: '/usr/bin/node' }], false)).toBe(
      'other threads (garbage, compiling)',
    );
  });
});
