import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Drill } from '@holdfast/wire';
import { Failure } from '../http/failure.ts';
import { safeHeaders } from '../http/safe-headers.ts';
import { statusOf } from './describe.ts';
import type { Drills, MetDrill } from './drills.ts';
import { drillEndpointOf } from './endpoints.ts';

const JSON_BODY = { ...safeHeaders, 'content-type': 'application/json' };
/** JSON that breaks off. */
const BROKEN_BODY = '{"drill":"malformed","remote_control_token":';
/** The beginning of a handshake's answer. */
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n';

/** Does to calls and handshakes what the drills under way say. */
export class DrillGate {
  readonly #drills: Drills;

  constructor({ drills }: { drills: Drills }) {
    this.#drills = drills;
  }

  /** Whether a drill has taken the request. @throws Failure when all that it does is to refuse it */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    const met = this.#meet(request);
    if (met === null) return false;
    if (met.drill.fault === 'malformed') {
      response.writeHead(200, { ...JSON_BODY, connection: 'close' }).end(BROKEN_BODY);
      return true;
    }
    met.hold(request.socket);
    request.resume(); // a body that nobody reads would be taken for one that does not come
    if (met.drill.fault === 'stall') response.writeHead(200, { ...JSON_BODY, 'content-length': '1000' }).flushHeaders();
    return true;
  }

  /** Likewise, of a handshake. */
  takesHandshake(request: IncomingMessage, socket: Duplex): boolean {
    const met = this.#meet(request);
    if (met === null) return false;
    if (met.drill.fault === 'malformed') {
      socket.end(`${SWITCHING}connection: upgrade\r\nsec-websocket-accept: no answer to what was asked\r\n\r\n`);
      return true;
    }
    met.hold(socket);
    if (met.drill.fault === 'stall') socket.write(SWITCHING);
    return true;
  }

  #meet(request: IncomingMessage): MetDrill | null {
    if (!this.#drills.areUnderWay) return null;
    const endpoint = drillEndpointOf(request.url);
    const met = endpoint === null ? null : this.#drills.meet(endpoint);
    if (met !== null) refuse(met.drill);
    return met;
  }
}

/** @throws Failure where the fault is a plain answer */
function refuse({ id, fault, retry_after_seconds }: Drill): void {
  const status = fault === 'refuse-tokens' ? 401 : statusOf(fault);
  if (status === null) return;
  const why = `A drill of this relay answers so (${id}); it is none of its troubles.`;
  throw new Failure(
    status,
    'drill',
    why,
    retry_after_seconds === null ? {} : { retryAfterMs: retry_after_seconds * 1000 },
  );
}
