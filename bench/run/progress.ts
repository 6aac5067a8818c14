/** One line that tells how far a run is: overwritten on a terminal, one after the other elsewhere. */
export class Progress {
  private readonly isTerminal = process.stderr.isTTY;

  show(text: string): void {
    process.stderr.write(this.isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
  }

  clear(): void {
    if (this.isTerminal) process.stderr.write('\r\u001b[K');
  }
}
