/** Something that will happen at a moment, unless it is taken back first. Times are in milliseconds. */
export abstract class Event {
  /** It was taken back, or has happened. */
  isOver = false;

  abstract happen(): void;
}

/** Four children a node: fewer levels, and children that lie beside each other in memory. */
const ARITY = 4;

/** Events taken back stay where they are until they come up, or until they are the greater part. */
const SWEEP_FROM = 4_096;

/**
 * Gives back events in the order of their moments, and those of one moment in the order in which they came: a heap. The moments stand in
 * arrays of numbers beside the events, since a look at an event is a look at another corner of the memory.
 */
export class EventQueue {
  #events: Event[] = [];
  #moments = new Float64Array(1_024);
  #orders = new Float64Array(1_024);
  #length = 0;
  #added = 0;
  #cancelled = 0;
  /** When the event that `next` gave happens. */
  moment = 0;

  add(at: number, event: Event): void {
    if (this.#length === this.#moments.length) this.#grow();
    this.#rise(this.#length, event, at, this.#added);
    this.#length += 1;
    this.#added += 1;
  }

  cancel(event: Event): void {
    if (event.isOver) return;
    event.isOver = true;
    this.#cancelled += 1;
    if (this.#cancelled > SWEEP_FROM && this.#cancelled * 2 > this.#length) this.#sweep();
  }

  /** Takes out the next event, if it comes no later than `until`; null if there is none. */
  next(until: number): Event | null {
    while (this.#length > 0) {
      const at = this.#moments[0] ?? Number.POSITIVE_INFINITY;
      const first = this.#events[0];
      if (first === undefined || at > until) return null;
      this.#dropFirst();
      if (!first.isOver) {
        first.isOver = true;
        this.moment = at;
        return first;
      }
      this.#cancelled -= 1;
    }
    return null;
  }

  #dropFirst(): void {
    this.#length -= 1;
    const last = this.#events.pop();
    if (last === undefined || this.#length === 0) return;
    this.#sink(last, this.#moments[this.#length] ?? 0, this.#orders[this.#length] ?? 0);
  }

  /** Puts an event where `hole` is, or higher. */
  #rise(hole: number, event: Event, at: number, order: number): void {
    const moments = this.#moments;
    let place = hole;
    while (place > 0) {
      const above = (place - 1) >> 2;
      const aboveAt = moments[above] ?? 0;
      if (aboveAt < at || (aboveAt === at && (this.#orders[above] ?? 0) < order)) break;
      this.#move(above, place);
      place = above;
    }
    this.#put(place, event, at, order);
  }

  /** Puts an event at the top, or as deep as it belongs. */
  #sink(event: Event, at: number, order: number): void {
    const moments = this.#moments;
    const orders = this.#orders;
    const length = this.#length;
    let place = 0;
    for (;;) {
      let least = place;
      let leastAt = at;
      let leastOrder = order;
      const from = place * ARITY + 1;
      const end = Math.min(from + ARITY, length);
      for (let child = from; child < end; child += 1) {
        const childAt = moments[child] ?? 0;
        if (childAt > leastAt) continue;
        const childOrder = orders[child] ?? 0;
        if (childAt === leastAt && childOrder > leastOrder) continue;
        least = child;
        leastAt = childAt;
        leastOrder = childOrder;
      }
      if (least === place) break;
      this.#move(least, place);
      place = least;
    }
    this.#put(place, event, at, order);
  }

  #move(from: number, to: number): void {
    const event = this.#events[from];
    if (event !== undefined) this.#put(to, event, this.#moments[from] ?? 0, this.#orders[from] ?? 0);
  }

  #put(place: number, event: Event, at: number, order: number): void {
    this.#events[place] = event;
    this.#moments[place] = at;
    this.#orders[place] = order;
  }

  #grow(): void {
    const moments = new Float64Array(this.#length * 2);
    const orders = new Float64Array(this.#length * 2);
    moments.set(this.#moments);
    orders.set(this.#orders);
    this.#moments = moments;
    this.#orders = orders;
  }

  /** Forgets what was taken back, and builds the heap anew from what is left. */
  #sweep(): void {
    const events = this.#events;
    const moments = this.#moments.slice(0, this.#length);
    const orders = this.#orders.slice(0, this.#length);
    this.#events = [];
    this.#length = 0;
    this.#cancelled = 0;
    for (const [place, event] of events.entries()) {
      if (event.isOver) continue;
      this.#rise(this.#length, event, moments[place] ?? 0, orders[place] ?? 0);
      this.#length += 1;
    }
  }
}
