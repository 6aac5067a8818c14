/** Something that many wait for, at the cost of one promise: whoever does not care any more leaves nothing behind. */
export class Moment {
  private next: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** @returns when it comes the next time */
  wait(): Promise<void> {
    if (this.next === undefined) {
      let resolve: () => void = () => undefined;
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      this.next = { promise, resolve };
    }
    return this.next.promise;
  }

  /** It is there: all who wait go on. */
  come(): void {
    const { next } = this;
    this.next = undefined;
    next?.resolve();
  }
}
