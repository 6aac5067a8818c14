/** Who wants which topic. Most topics are wanted by one, for whom no set is kept. */
export class Interest<T extends object> {
  private readonly byTopic = new Map<string, T | Set<T>>();

  get size(): number {
    return this.byTopic.size;
  }

  add(topic: string, who: T): void {
    const present = this.byTopic.get(topic);
    if (present === undefined) this.byTopic.set(topic, who);
    else if (present instanceof Set) present.add(who);
    else if (present !== who) this.byTopic.set(topic, new Set([present, who]));
  }

  delete(topic: string, who: T): void {
    const present = this.byTopic.get(topic);
    if (present === who) this.byTopic.delete(topic);
    else if (present instanceof Set && present.delete(who) && present.size === 0) this.byTopic.delete(topic);
  }

  /** Somebody wants nothing any more. */
  forget(who: T): void {
    for (const topic of this.byTopic.keys()) this.delete(topic, who);
  }

  tell(topic: string, task: (who: T) => void): void {
    const present = this.byTopic.get(topic);
    if (present === undefined) return;
    if (!(present instanceof Set)) task(present);
    else for (const who of present) task(who);
  }
}
