import { isAfter, type Position } from '@holdfast/wire';
import { ackFrame } from './frames.ts';
import type { Port } from './ports.ts';

export interface Address {
  readonly client_id: string;
  readonly stream_id: string;
  /** Towards a controller. */
  readonly env_id?: string;
}

interface Ack {
  readonly dest: string;
  readonly address: Address;
  readonly position: Position;
}

export interface Remark {
  readonly dest: string;
  readonly text: string | Buffer;
}

/** A link that takes its place. */
export interface Arrival {
  readonly dest: string;
  readonly port: Port;
}

/** What is to be done once a batch is durable, and not before. */
export class Effects {
  readonly arrivals: Arrival[] = [];
  /** Destinations with new mail. */
  readonly mailed = new Set<string>();
  /** Frames that are not kept: they go out if their destination has nothing older waiting, else they are dropped. */
  readonly remarks: Remark[] = [];
  readonly #acks = new Map<string, Ack>();

  /** One ack a stream, the furthest: acks are cumulative. */
  ack(dest: string, address: Address, position: Position): void {
    const key = `${dest} ${address.env_id ?? ''} ${address.client_id} ${address.stream_id}`;
    const earlier = this.#acks.get(key);
    if (earlier === undefined || isAfter(position, earlier.position)) this.#acks.set(key, { dest, address, position });
  }

  remark(dest: string, text: string | Buffer): void {
    this.remarks.push({ dest, text });
  }

  *acks(): Generator<Remark> {
    for (const { dest, address, position } of this.#acks.values()) yield { dest, text: ackFrame(address, position) };
  }
}
