/** First in, first out; taking the first does not move the rest, however many there are. */
export class Queue<T extends object> implements Iterable<T> {
  private items: (T | undefined)[] = [];
  /** Those before it are taken. */
  private head = 0;

  get first(): T | undefined {
    return this.items[this.head];
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Takes the first. */
  shift(): T | undefined {
    const { first } = this;
    if (first === undefined) return undefined;
    this.items[this.head++] = undefined;
    // What is left is moved only when it is no more than what was taken since the last time.
    if (2 * this.head >= this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return first;
  }

  /** In their order. Nothing may be taken meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.head; at < this.items.length; at++) {
      const item = this.items[at];
      if (item !== undefined) yield item;
    }
  }
}
