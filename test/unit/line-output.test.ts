import { describe, expect, it, vi } from 'vitest';
import { LineOutput } from '../../src/line-output.js';

/** A pipe that takes so many bytes until it is read. */
class Pipe {
  read = '';
  private held = '';
  broken: string | undefined = undefined;

  constructor(private readonly size: number) {}

  readonly write = (bytes: Uint8Array): number => {
    const code = this.broken ?? (this.held.length >= this.size ? 'EAGAIN' : undefined);
    if (code !== undefined) throw Object.assign(new Error(code), { code });
    const taken = Buffer.from(bytes.subarray(0, this.size - this.held.length));
    this.held += taken.toString('latin1');
    return taken.length;
  };

  drain(): void {
    this.read += this.held;
    this.held = '';
  }
}

function create(size: number, maxWaitingBytes = 100) {
  const pipe = new Pipe(size);
  const lost: number[] = [];
  const output = new LineOutput(pipe.write, (lines) => lost.push(lines), maxWaitingBytes);
  return { pipe, output, lost };
}

describe('LineOutput', () => {
  it('writes a line before it returns', () => {
    const { pipe, output } = create(100);
    output.write('one\n');
    pipe.drain();
    expect(pipe.read).toBe('one\n');
  });

  it('keeps what a full pipe does not take, and writes it whole and in order later', () => {
    vi.useFakeTimers();
    const { pipe, output } = create(6);
    for (const line of ['one\n', 'two\n', 'three\n']) output.write(line);
    for (let i = 0; i < 5; i++) {
      pipe.drain();
      vi.advanceTimersByTime(1000);
    }
    pipe.drain();
    expect(pipe.read).toBe('one\ntwo\nthree\n');
    vi.useRealTimers();
  });

  it('never waits, loses what is beyond its bound, and says so once when the pipe is read again', () => {
    const { pipe, output, lost } = create(4);
    for (let i = 0; i < 1000; i++) output.write(`${String(i).padStart(3, '0')}\n`);
    expect(lost).toEqual([]);
    for (let i = 0; i < 30; i++) {
      pipe.drain();
      output.write('');
    }
    expect(pipe.read.startsWith('000\n001\n002\n')).toBe(true);
    expect(lost).toEqual([1000 - pipe.read.split('\n').length + 1]);
  });

  it('goes on where a disk is full, and says later what is missing', () => {
    const { pipe, output, lost } = create(1000);
    pipe.broken = 'ENOSPC';
    for (let i = 0; i < 3; i++) output.write('lost\n');
    pipe.broken = undefined;
    output.write('kept\n');
    pipe.drain();
    expect([pipe.read, lost]).toEqual(['kept\n', [3]]);
  });

  it('waits at an exit, and not for long', () => {
    const { pipe, output } = create(4);
    output.write('one\n');
    output.write('two\n');
    output.flush();
    pipe.drain();
    output.flush();
    pipe.drain();
    expect(pipe.read).toBe('one\ntwo\n');
  });
});
