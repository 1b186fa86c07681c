import { Egress } from '@holdfast/egress';

/**
 * A command's way to its relay: proxies as the environment names them, authorities of `--ca-file` beside Node's own.
 *
 * @throws EgressError when one of them cannot be used, before anything is asked
 */
export function openEgress(relay: string, caFile: string | undefined): Egress {
  const egress = new Egress({ env: process.env, caFile });
  egress.proxyFor(new URL(relay));
  return egress;
}
